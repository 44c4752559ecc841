// A surface of probabilities as colours, the line where it says one half, and points on top.
const CLASSES = [[33, 102, 172], [178, 24, 43]]; // the two ends of RdBu
const parts = (text) => (text.match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map((part) => parseInt(part, 16));

function themed(root) {
  const look = getComputedStyle(root), page = parts(look.getPropertyValue("--st-background-color"));
  const dark = page.reduce((a, b) => a + b) < 384;
  return { dark, middle: dark ? [22, 24, 30] : [250, 250, 250], ink: dark ? "#fff" : "#1a1a1a" };
}

// A class's colour, brighter on a dark page.
const hue = (end, theme) => `rgb(${theme.dark ? end.map((v) => Math.round(v + 0.45 * (255 - v))) : end})`;

// Bytes to a picture of a cell per pixel: pale, so that points stay readable on it.
function tinted(values, grid, theme) {
  const small = document.createElement("canvas"), context = (small.width = small.height = grid, small.getContext("2d"));
  const pixels = context.createImageData(grid, grid), strength = theme.dark ? 0.75 : 0.62;
  for (let k = 0; k < values.length; k++) {
    const signed = values[k] / 127.5 - 1, end = CLASSES[signed > 0 ? 1 : 0], part = Math.abs(signed) * strength;
    for (let c = 0; c < 3; c++) pixels.data[4 * k + c] = theme.middle[c] + part * (end[c] - theme.middle[c]);
    pixels.data[4 * k + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return small;
}

// Where neighbouring cells change sides: marching squares, each square gives one or two pieces of the line.
function contour(context, values, grid, side) {
  const at = (r, c) => values[r * grid + c] - 127.5, place = (k) => ((k + 0.5) / grid) * side;
  context.beginPath();
  for (let r = 0; r + 1 < grid; r++) for (let c = 0; c + 1 < grid; c++) {
    const corners = [[r, c], [r, c + 1], [r + 1, c + 1], [r + 1, c]], cuts = [];
    for (let k = 0; k < 4; k++) {
      const [a, b] = [corners[k], corners[(k + 1) % 4]], [va, vb] = [at(...a), at(...b)];
      if (va > 0 === vb > 0) continue;
      const t = va / (va - vb);
      cuts.push([place(a[1] + t * (b[1] - a[1])), place(a[0] + t * (b[0] - a[0]))]);
    }
    for (let k = 0; k + 1 < cuts.length; k += 2) { context.moveTo(...cuts[k]); context.lineTo(...cuts[k + 1]); }
  }
  context.stroke();
}

// Circles and squares: the class is told by shape as well as by colour.
function mark(context, x, y, { label, size }) {
  context.beginPath();
  if (label) context.rect(x - size * 0.88, y - size * 0.88, size * 1.76, size * 1.76);
  else context.arc(x, y, size, 0, 2 * Math.PI);
}

function scatter(context, points, { side, hollow, theme }) {
  const size = Math.max(hollow ? 3 : 5, side / (hollow ? 95 : 65)) * (points.labels.length > 200 ? 0.75 : 1);
  points.labels.forEach((label, k) => {
    const [x, y] = [points.xy[2 * k] * side, points.xy[2 * k + 1] * side];
    const colour = hue(CLASSES[label], theme);
    mark(context, x, y, { label, size });
    context.lineWidth = hollow ? 1.8 : 1.5;
    if (!hollow) { context.fillStyle = colour; context.fill(); }
    context.strokeStyle = hollow ? colour : theme.dark ? "#000" : "#fff";
    context.stroke();
  });
}

function paint(canvas, plane, values, theme) {
  const ratio = window.devicePixelRatio || 1, side = canvas.clientWidth || 300;
  canvas.width = canvas.height = Math.round(side * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingQuality = "high";
  context.drawImage(tinted(values, plane.grid, theme), 0, 0, side, side);
  context.strokeStyle = theme.ink; context.lineWidth = 2;
  contour(context, values, plane.grid, side);
  scatter(context, plane.validation, { side, hollow: true, theme });
  scatter(context, plane.training, { side, hollow: false, theme });
}
