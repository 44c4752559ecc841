// Pixels of the scoreboard: pictures, signed maps (red against, blue for, zero the colour of the page) and the strip.
const FOR = [33, 102, 172], AGAINST = [178, 24, 43];

function page(node) {
  const parts = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{6})/i.exec(parts);
  if (hex) return [0, 2, 4].map((k) => parseInt(hex[1].slice(k, k + 2), 16));
  return (parts.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
}

// Bytes on a canvas of columns × rows, `colour(k)` of pixel k; CSS makes it large.
function put(canvas, [columns, rows], colour) {
  canvas.width = columns; canvas.height = rows;
  const context = canvas.getContext("2d"), pixels = context.createImageData(columns, rows);
  for (let k = 0; k < columns * rows; k++) pixels.data.set([...colour(k), 255], 4 * k);
  context.putImageData(pixels, 0, 0);
}

const rgb = (bytes, from = 0) => (k) => bytes.subarray(from + 3 * k, from + 3 * k + 3);

function diverging(levels, from, zero) {
  const dark = zero[0] + zero[1] + zero[2] < 380;
  const [up, down] = [FOR, AGAINST].map((ends) => (dark ? ends.map((v) => Math.min(255, v + 70)) : ends));
  return (k) => {
    const t = levels[from + k] / 127, end = t < 0 ? down : up;
    return zero.map((v, c) => Math.round(v + (end[c] - v) * Math.abs(t)));
  };
}

// The 3072 numbers under each other: all red ones, then green, then blue, each in its own colour.
function strip(canvas, picture) {
  put(canvas, [1, 3072], (k) => {
    const colour = [12, 12, 12], channel = Math.floor(k / 1024);
    colour[channel] = picture[3 * (k % 1024) + channel];
    return colour;
  });
}
