// Heat maps over one picture, side by side. The maps arrive once as small float32 arrays; opacity, colours, sign and
// smoothing are applied here, so none of them costs a trip to the server.
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const number = (x) => (Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(2)).replace("-", "−");

// Value of a map at a point of its box (0…1 in both directions): bilinear between cell centres, or the cell itself.
function sample({ values, rows, columns }, y, x, smooth) {
  const r = y * rows - 0.5, c = x * columns - 0.5;
  if (!smooth) return values[clamp(Math.round(r), 0, rows - 1) * columns + clamp(Math.round(c), 0, columns - 1)];
  const r0 = clamp(Math.floor(r), 0, rows - 1), c0 = clamp(Math.floor(c), 0, columns - 1);
  const r1 = Math.min(r0 + 1, rows - 1), c1 = Math.min(c0 + 1, columns - 1);
  const fr = clamp(r - r0, 0, 1), fc = clamp(c - c0, 0, 1);
  const at = (i, j) => values[i * columns + j];
  return (at(r0, c0) * (1 - fc) + at(r0, c1) * fc) * (1 - fr) + (at(r1, c0) * (1 - fc) + at(r1, c1) * fc) * fr;
}

function range(map, signed) {
  const top = Math.max(...map.values.map(Math.abs), 1e-12);
  return signed ? [-top, top] : [0, Math.max(...map.values, 1e-12)];
}

// Colours of one map on a canvas of the size of its box. Positive: one opacity everywhere. Signed: clear at zero.
function paint(canvas, map, view, table) {
  const scale = Math.min(1, 480 / Math.max(map.box[2], map.box[3]));
  const width = Math.max(1, Math.round(map.box[3] * scale)), height = Math.max(1, Math.round(map.box[2] * scale));
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  const [low, high] = range(map, view.signed);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) {
      const value = sample(map, (y + 0.5) / height, (x + 0.5) / width, view.smooth);
      const unit = clamp((value - low) / (high - low), 0, 1), k = 3 * Math.round(255 * unit);
      pixels.data[p] = table[k]; pixels.data[p + 1] = table[k + 1]; pixels.data[p + 2] = table[k + 2];
      // signed: clear at zero, but soon visible, as 1 − (1 − |v|)²
      pixels.data[p + 3] = view.signed ? 255 * (1 - (1 - Math.abs(2 * unit - 1)) ** 2) : 255;
    }
  }
  context.putImageData(pixels, 0, 0);
}

function paintBar(canvas, table) {
  canvas.width = 256; canvas.height = 1;
  const context = canvas.getContext("2d"), pixels = context.createImageData(256, 1);
  for (let k = 0; k < 256; k++) pixels.data.set([table[3 * k], table[3 * k + 1], table[3 * k + 2], 255], 4 * k);
  context.putImageData(pixels, 0, 0);
}

function figure() {
  const node = document.createElement("figure");
  node.innerHTML = `<figcaption><strong></strong><span></span></figcaption>
    <div class="picture"><img alt=""><canvas class="map" role="img" tabindex="0"></canvas><i class="cell"></i></div>
    <div class="scale"><span class="low"></span><canvas class="ramp" aria-hidden="true"></canvas><span class="high"></span><output></output></div>`;
  return node;
}

function place(node, box, size) {
  const [height, width] = size;
  node.style.top = `${(100 * box[0]) / height}%`; node.style.left = `${(100 * box[1]) / width}%`;
  node.style.height = `${(100 * box[2]) / height}%`; node.style.width = `${(100 * box[3]) / width}%`;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root"), panels = root.querySelector(".panels");
  const controls = root.querySelector("form");
  const maps = data.maps.map((m) => ({ ...m, values: unpacked(m.values, Float32Array) }));
  const tables = Object.fromEntries(Object.entries(data.tables).map(([name, text]) => [name, unpacked(text, Uint8Array)]));
  const fields = controls.elements;
  if (root.dataset.generation !== String(data.generation)) {
    // first drawing, or the page was reset: take the server's view; afterwards the browser leads
    root.dataset.generation = data.generation;
    const names = Object.keys(tables).filter((name) => name !== data.signedTable);
    fields.colours.replaceChildren(...names.map((name) => new Option(name, name)));
    fields.opacity.value = data.view.opacity; fields.colours.value = data.view.colours;
    fields.signed.checked = data.view.signed; fields.smooth.checked = data.view.smooth;
  }
  const view = () => ({ opacity: Number(fields.opacity.value), colours: fields.colours.value || data.view.colours,
    signed: fields.signed.checked, smooth: fields.smooth.checked });

  while (panels.children.length < maps.length) panels.append(figure());
  while (panels.children.length > maps.length) panels.lastChild.remove();
  const nodes = [...panels.children];
  panels.style.setProperty("--ratio", data.size[1] / data.size[0]);
  panels.style.setProperty("--panels", maps.length);

  function draw() {
    const now = view(), table = tables[now.signed ? data.signedTable : now.colours];
    fields.colours.disabled = now.signed;
    maps.forEach((map, k) => {
      const node = nodes[k], canvas = node.querySelector(".map"), [low, high] = range(map, now.signed);
      const image = node.querySelector("img");
      if (image.src !== data.picture) image.src = data.picture;
      node.querySelector("strong").textContent = map.title;
      node.querySelector("figcaption span").textContent = map.note;
      place(canvas, map.box, data.size);
      paint(canvas, map, now, table);
      canvas.style.opacity = now.opacity;
      canvas.setAttribute("aria-label", map.alt);
      paintBar(node.querySelector(".ramp"), table);
      node.querySelector(".low").textContent = number(low);
      node.querySelector(".high").textContent = number(high);
    });
  }

  // One cell lights up in every panel, with its value under each.
  function point(map, y, x) {
    const r = clamp(Math.floor(y * map.rows), 0, map.rows - 1), c = clamp(Math.floor(x * map.columns), 0, map.columns - 1);
    maps.forEach((other, k) => {
      const cell = nodes[k].querySelector(".cell"), out = nodes[k].querySelector(".scale output");
      const inside = r < other.rows && c < other.columns;
      cell.hidden = !inside;
      if (!inside) { out.textContent = ""; return; }
      const h = other.box[2] / other.rows, w = other.box[3] / other.columns;
      place(cell, [other.box[0] + r * h, other.box[1] + c * w, h, w], data.size);
      out.textContent = `M[${r}, ${c}] = ${number(other.values[r * other.columns + c])}`;
    });
    return [r, c];
  }
  function leave() {
    nodes.forEach((node) => { node.querySelector(".cell").hidden = true; node.querySelector(".scale output").textContent = ""; });
  }
  nodes.forEach((node, k) => {
    const canvas = node.querySelector(".map");
    let at = [Math.floor(maps[k].rows / 2), Math.floor(maps[k].columns / 2)];
    canvas.onpointermove = canvas.onpointerdown = (event) => {
      const area = canvas.getBoundingClientRect();
      at = point(maps[k], (event.clientY - area.top) / area.height, (event.clientX - area.left) / area.width);
    };
    canvas.onpointerleave = leave;
    canvas.onblur = leave;
    canvas.onkeydown = (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) return;
      event.preventDefault();
      at = [clamp(at[0] + move[0], 0, maps[k].rows - 1), clamp(at[1] + move[1], 0, maps[k].columns - 1)];
      point(maps[k], (at[0] + 0.5) / maps[k].rows, (at[1] + 0.5) / maps[k].columns);
    };
    node.querySelector(".cell").hidden = true;
  });

  controls.onsubmit = (event) => event.preventDefault();
  controls.oninput = draw;
  // only the settled value goes to the server, so that the link and the downloads follow
  controls.onchange = () => { draw(); setStateValue("view", view()); };
  draw();
}
