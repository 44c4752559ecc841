// What a unit of the chosen layer sees: the picture as the network gets it, the unit's box, its measured field, and a dot
// for each of the layer's units. Read before ledger.js, in the same module.
const GREEN = "#009E73", VERMILION = "#D55E00", MARGIN = 0.11;
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const whole = (x) => Math.round(x).toLocaleString("en-US").replace("-", "−");
const half = (x) => (Number.isInteger(x) ? whole(x) : x.toFixed(1).replace("-", "−"));

// Where the unit's box lies, in pixels of the input: [top, left, height, width]. Not clipped.
function box({ rows }, row, unit) {
  const [top, left, height, width] = rows.start[row];
  return [top + unit[0] * rows.jumps[row][0], left + unit[1] * rows.jumps[row][1], height, width];
}

const middle = ({ rows }, row) => rows.grid[row].map((n) => Math.floor((n - 1) / 2));

function painted(heat, table) {
  const canvas = document.createElement("canvas"), [height, width] = heat.size;
  canvas.width = width; canvas.height = height;
  const values = unpacked(heat.values);
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  // the picture stays visible where the unit sees little
  values.forEach((v, k) => pixels.data.set([table[3 * v], table[3 * v + 1], table[3 * v + 2], 120 + 130 * Math.sqrt(v / 255)], 4 * k));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

// The picture as the network gets it: scaled and cropped to the input, then as large as the stage allows.
function shrunk(image, [height, width]) {
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = height;
  const scale = Math.max(width / image.naturalWidth, height / image.naturalHeight);
  const w = image.naturalWidth * scale, h = image.naturalHeight * scale;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  return canvas;
}

function stage(canvas, state, data) {
  const [height, width] = data.size, css = canvas.getBoundingClientRect().width || 300;
  const scale = (css * (1 - 2 * MARGIN)) / Math.max(height, width), side = MARGIN * css;
  const density = window.devicePixelRatio || 1, tall = height * scale + 2 * side, wide = width * scale + 2 * side;
  canvas.width = wide * density; canvas.height = tall * density;
  canvas.style.aspectRatio = `${wide} / ${tall}`;
  const context = canvas.getContext("2d");
  context.scale(density, density);
  return { context, scale, side, wide, tall };
}

function drawPicture({ context, scale, side }, state, data) {
  const [height, width] = data.size;
  context.imageSmoothingEnabled = scale < 2.5;
  if (state.picture) context.drawImage(state.picture, side, side, width * scale, height * scale);
  const heat = state.show && state.heat?.key === place(state) ? state.heat : null;
  if (heat) context.drawImage(heat.canvas, side, side, width * scale, height * scale);
  return Boolean(heat);
}

function drawBox({ context, scale, side, wide, tall }, [top, left, height, width], heated) {
  const y = top * scale + side, x = left * scale + side, b = y + height * scale, r = x + width * scale, edge = 3;
  context.save();
  context.beginPath();
  context.rect(side, side, wide - 2 * side, tall - 2 * side);
  context.clip();
  context.fillStyle = heated ? "transparent" : "rgba(0, 0, 0, .5)";
  context.beginPath();
  context.rect(0, 0, wide, tall);
  context.rect(x, y, r - x, b - y);
  context.fill("evenodd");
  context.restore();
  const sides = [[x, y, r, y, y < edge], [x, b, r, b, b > tall - edge], [x, y, x, b, x < edge], [r, y, r, b, r > wide - edge]];
  for (const [x1, y1, x2, y2, cut] of sides) {
    const ends = [[x1, wide], [y1, tall], [x2, wide], [y2, tall]].map(([at, most]) => clamp(at, edge, most - edge));
    for (const [colour, weight] of [["#fff", 5], [cut ? VERMILION : GREEN, 3]]) {
      context.setLineDash(cut ? [8, 6] : []);
      context.strokeStyle = colour; context.lineWidth = weight;
      context.beginPath(); context.moveTo(ends[0], ends[1]); context.lineTo(ends[2], ends[3]); context.stroke();
    }
  }
  context.setLineDash([]);
}

// One dot per unit of the layer, jump pixels apart: the chosen one is large.
function drawUnits({ context, scale, side }, state, { rows }) {
  const { row, unit } = state, [down, across] = rows.grid[row], [top, left, height, width] = rows.start[row], [jy, jx] = rows.jumps[row];
  const dot = (i, j, radius, colour) => {
    context.beginPath();
    context.arc((left + j * jx + width / 2) * scale + side, (top + i * jy + height / 2) * scale + side, radius, 0, 7);
    context.fillStyle = colour; context.fill();
    context.strokeStyle = colour === GREEN ? "#fff" : "rgba(0,0,0,.6)"; context.lineWidth = colour === GREEN ? 2 : 1; context.stroke();
  };
  if (Math.min(jy, jx) * scale >= 7) for (let i = 0; i < down; i++) for (let j = 0; j < across; j++) dot(i, j, 1.7, "#fff");
  dot(unit[0], unit[1], 5, GREEN);
}

function told(state, data, drawn) {
  const { rows, size: [H, W] } = data, { row, unit } = state, [top, left, height, width] = box(data, row, unit);
  const inside = Math.max(0, Math.min(H, top + height) - Math.max(0, top)) * Math.max(0, Math.min(W, left + width) - Math.max(0, left));
  const beyond = Math.max(-top, top + height - H, -left, left + width - W), share = Math.round((100 * inside) / (height * width));
  const sees = `${rows.name[row]}: unit (${unit[0]}, ${unit[1]}) of ${rows.grid[row].join("×")} sees ${half(height)}×${half(width)} pixels`;
  const clipped = beyond > 0 ? `, ${share}\u00a0% of them in the picture, the others up to ${half(beyond)} beyond its edge` : ", all in the picture";
  const measured = state.show ? (drawn ? ` ${state.heat.note}` : " Measuring…") : "";
  return `${sees}${clipped}.${measured}`;
}

const place = ({ row, unit }) => `${row} ${unit}`;
