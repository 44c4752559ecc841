// Colours of the three maps, one canvas pixel per pixel of the view: a cell is as large as a step of the patch.
const edges = (centres, end) => centres.map((c, k) => [
  k ? (centres[k - 1] + c) / 2 : Math.max(0, c - (centres.length > 1 ? (centres[1] - c) / 2 : end)),
  k < centres.length - 1 ? (c + centres[k + 1]) / 2 : Math.min(end, c + (k ? (c - centres[k - 1]) / 2 : end)),
]);
const decimals = (x) => x.toFixed(3).replace("-", "−"), signed = (x) => (x > 0 ? "+" : "") + decimals(x);

// Where the patch has not been yet, the nearest of what it found above and to the left: coarse blocks that get finer.
function filled(values, known, columns) {
  const out = values.slice(), far = known.map((yes) => (yes ? 0 : Infinity));
  for (let k = 0; k < out.length; k++) {
    for (const from of [k % columns ? k - 1 : -1, k - columns]) {
      if (from >= 0 && far[from] + 1 < far[k]) { out[k] = out[from]; far[k] = far[from] + 1; }
    }
  }
  return out;
}

function ranges({ values, clean }) {
  const known = [...values].filter((v) => !Number.isNaN(v));
  const low = Math.min(...known), high = Math.max(...known), most = Math.max(...known.map((v) => Math.abs(clean - v)), 1e-6);
  return { probability: [low, high], drop: [-most, most] };
}

// A signed scale, 0 … 1, is clear at its middle, where zero is, but soon visible: 1 − (1 − |v|)².
const opacity = (unit) => 1 - (1 - Math.abs(2 * unit - 1)) ** 2;

// The colour of a cell: red, green, blue, share of the opacity.
function coloured(kind, k, data) {
  const p = data.shown[k];
  if (Number.isNaN(p)) return null;
  if (kind === "predicted") {
    const index = data.hues.has(data.winning[k]) ? data.winning[k] : -1;
    return [...data.hues.get(index), (data.alone ?? index) === index ? 1 : 0.15];
  }
  const [low, high] = data.ranges[kind], value = kind === "drop" ? data.clean - p : p;
  const unit = high > low ? (value - low) / (high - low) : 0.5, at = 3 * Math.round(255 * clamped(unit, 0, 1));
  return [...data.tables[kind].subarray(at, at + 3), kind === "drop" ? opacity(clamped(unit, 0, 1)) : 1];
}

const clamped = (x, low, high) => Math.min(high, Math.max(low, x));

function paintMap(canvas, kind, data) {
  const [height, width] = data.view;
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d");
  data.down.forEach(([top, bottom], r) => data.across.forEach(([left, right], c) => {
    const colour = coloured(kind, r * data.across.length + c, data);
    if (!colour) return;
    context.fillStyle = `rgb(${colour[0]} ${colour[1]} ${colour[2]} / ${colour[3]})`;
    const [y, x] = [Math.round(top), Math.round(left)];
    context.fillRect(x, y, Math.round(right) - x, Math.round(bottom) - y);
  }));
}

// The bar of a colour scale.
function ramp(canvas, table, signed) {
  raster(canvas, 256, 1, (k) => [table[3 * k], table[3 * k + 1], table[3 * k + 2], signed ? 255 * opacity(k / 255) : 255]);
}

const hue = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

// What arrived as text, as numbers; computed once per message.
function readMaps(told) {
  const data = { ...told, values: unpacked(told.values, Float32Array), predicted: unpacked(told.predicted, Int16Array) };
  data.tables = Object.fromEntries(Object.entries(told.tables).map(([name, text]) => [name, unpacked(text)]));
  data.hues = new Map(told.classes.map((each) => [each.index, hue(each.colour)]));
  const known = Array.from(data.values, (v) => !Number.isNaN(v)), columns = told.lefts.length;
  data.shown = filled(data.values, known, columns);
  data.winning = filled(Float32Array.from(data.predicted, (c, k) => (known[k] ? c : NaN)), known, columns);
  // a patch that sticks out covers what is inside: that part's middle is the place of its cell
  const middles = (starts, length, side) => edges(starts.map((s) => (s + Math.min(s + length, side)) / 2), side);
  data.down = middles(told.tops, told.patch[0], told.view[0]);
  data.across = middles(told.lefts, told.patch[1], told.view[1]);
  data.ranges = ranges(data);
  return data;
}
