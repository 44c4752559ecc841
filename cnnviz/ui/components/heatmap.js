// Heat maps over one picture, side by side. The maps arrive once as small float32 arrays; opacity, colours, sign and
// smoothing are applied here, so none of them costs a trip to the server.
function figure() {
  const node = document.createElement("figure");
  node.innerHTML = `<figcaption><strong></strong><span></span></figcaption>
    <div class="picture"><img alt=""><canvas class="map" role="img" tabindex="0"></canvas><i class="cell"></i></div>
    <div class="scale"><span class="low"></span><canvas class="ramp" aria-hidden="true"></canvas><span class="high"></span><output></output></div>`;
  return node;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root"), panels = root.querySelector(".panels");
  const controls = root.querySelector("form");
  const maps = data.maps.map((m) => ({ ...m, values: unpacked(m.values, Float32Array) }));
  const tables = colourTables(data.tables);
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
    const now = view(), table = tableOf(tables, data, now);
    fields.colours.disabled = now.signed;
    maps.forEach((map, k) => {
      const node = nodes[k], canvas = node.querySelector(".map"), [low, high] = range(map, now.signed);
      const image = node.querySelector("img");
      if (image.src !== data.picture) image.src = data.picture;
      node.querySelector("strong").textContent = map.title;
      node.querySelector("figcaption span").textContent = map.note;
      place(canvas, map.box, data.size);
      paint(canvas, map, now, { table });
      canvas.style.opacity = now.opacity;
      canvas.setAttribute("aria-label", map.alt);
      paintBar(node.querySelector(".ramp"), table, now.signed);
      node.querySelector(".low").textContent = number(low);
      node.querySelector(".high").textContent = number(high);
    });
  }

  // One cell lights up in every panel, with its value under each.
  function point(r, c) {
    maps.forEach((other, k) => {
      const cell = nodes[k].querySelector(".cell"), out = nodes[k].querySelector(".scale output");
      const inside = r < other.rows && c < other.columns;
      cell.hidden = !inside;
      if (!inside) { out.textContent = ""; return; }
      const h = other.box[2] / other.rows, w = other.box[3] / other.columns;
      place(cell, [other.box[0] + r * h, other.box[1] + c * w, h, w], data.size);
      out.textContent = `M[${r}, ${c}] = ${number(other.values[r * other.columns + c])}`;
    });
  }
  function leave() {
    nodes.forEach((node) => { node.querySelector(".cell").hidden = true; node.querySelector(".scale output").textContent = ""; });
  }
  nodes.forEach((node, k) => {
    cursor(node.querySelector(".map"), maps[k], point, leave);
    node.querySelector(".cell").hidden = true;
  });

  const steps = data.depth?.names ?? [];
  fields.depth.parentElement.hidden = steps.length < 2;
  fields.depth.max = Math.max(1, steps.length - 1);
  fields.depth.value = data.depth?.at ?? 0; // the server leads: there is a menu of layers too
  const called = () => fields.depth.setAttribute("aria-valuetext", data.depth?.titles[fields.depth.value] ?? "");
  called();

  controls.onsubmit = (event) => event.preventDefault();
  controls.oninput = draw;
  // only the settled value goes to the server, so that the link and the downloads follow
  controls.onchange = (event) => {
    if (event.target === fields.depth) { called(); setTriggerValue("layer", steps[fields.depth.value]); return; }
    draw();
    setStateValue("view", view());
  };
  draw();
}
