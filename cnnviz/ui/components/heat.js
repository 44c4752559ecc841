// Maps over a picture: what is common to all components that draw one. A map is {values, rows, columns, box}.
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const digits = (x, size = Math.abs(x)) => (size >= 100 ? x.toFixed(0) : size >= 10 ? x.toFixed(1) : size >= 0.095 || size < 1e-12 ? x.toFixed(2) : String(Number(x.toPrecision(2))));
const number = (x) => digits(x).replaceAll("-", "−");

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
function paint(canvas, map, view, { table, limits = range(map, view.signed), side = 480 }) {
  const [low, high] = limits;
  fill(canvas, map, side, (pixels, p, y, x) => {
    const unit = clamp((sample(map, y, x, view.smooth) - low) / (high - low), 0, 1), k = 3 * Math.round(255 * unit);
    pixels[p] = table[k]; pixels[p + 1] = table[k + 1]; pixels[p + 2] = table[k + 2];
    // signed: clear at zero, but soon visible, as 1 − (1 − |v|)²
    pixels[p + 3] = view.signed ? 255 * (1 - (1 - Math.abs(2 * unit - 1)) ** 2) : 255;
  });
}

// Every pixel of a canvas of the form of the map's box, its longer side at most `side`; `colour` writes four bytes.
function fill(canvas, map, side, colour) {
  const scale = Math.min(1, side / Math.max(map.box[2], map.box[3]));
  const width = Math.max(1, Math.round(map.box[3] * scale)), height = Math.max(1, Math.round(map.box[2] * scale));
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  for (let y = 0, p = 0; y < height; y++) for (let x = 0; x < width; x++, p += 4) colour(pixels.data, p, (y + 0.5) / height, (x + 0.5) / width);
  context.putImageData(pixels, 0, 0);
}

// The bar of a colour scale; a signed one is clear in its middle, as the map is at zero.
function paintBar(canvas, table, signed) {
  canvas.width = 256; canvas.height = 1;
  const context = canvas.getContext("2d"), pixels = context.createImageData(256, 1);
  const opacity = (k) => (signed ? 255 * (1 - (1 - Math.abs(k / 127.5 - 1)) ** 2) : 255);
  for (let k = 0; k < 256; k++) pixels.data.set([table[3 * k], table[3 * k + 1], table[3 * k + 2], opacity(k)], 4 * k);
  context.putImageData(pixels, 0, 0);
}

function place(node, box, size) {
  const [height, width] = size;
  node.style.top = `${(100 * box[0]) / height}%`; node.style.left = `${(100 * box[1]) / width}%`;
  node.style.height = `${(100 * box[2]) / height}%`; node.style.width = `${(100 * box[3]) / width}%`;
}

// A cell of the map by pointer or arrow keys: `told(row, column)`, and `leave()` when nobody points any more.
function cursor(canvas, map, told, leave) {
  let at = [Math.floor(map.rows / 2), Math.floor(map.columns / 2)];
  const tell = (row, column) => { at = [clamp(row, 0, map.rows - 1), clamp(column, 0, map.columns - 1)]; told(...at); };
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const area = canvas.getBoundingClientRect();
    tell(Math.floor(((event.clientY - area.top) / area.height) * map.rows), Math.floor(((event.clientX - area.left) / area.width) * map.columns));
  };
  canvas.onpointerleave = canvas.onblur = leave;
  canvas.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    tell(at[0] + move[0], at[1] + move[1]);
  };
}

// What travels once for all maps of a component: colour tables by name, and the table and range rule of a view.
const colourTables = (tables) => Object.fromEntries(Object.entries(tables).map(([name, text]) => [name, unpacked(text, Uint8Array)]));
const tableOf = (tables, scene, view) => tables[view.signed ? scene.signedTable : view.colours];
