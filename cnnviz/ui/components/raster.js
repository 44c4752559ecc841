// Small pictures on canvases, one pixel per number; the style sheet enlarges them.
function raster(canvas, width, height, colour) {
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  for (let k = 0; k < width * height; k++) pixels.data.set(colour(k), 4 * k);
  context.putImageData(pixels, 0, 0);
}

// Bytes red, green, blue, beginning at `from`.
const photograph = (canvas, bytes, { width, height, from = 0 }) =>
  raster(canvas, width, height, (k) => [bytes[from + 3 * k], bytes[from + 3 * k + 1], bytes[from + 3 * k + 2], 255]);

// From nearly black over a colour to nearly white: 256 colours whose lightness only grows.
function glow([r, g, b]) {
  const stops = [[8, 10, 14], [r, g, b].map((c) => c * 0.95), [r, g, b].map((c) => 255 - 0.12 * (255 - c))];
  return Array.from({ length: 256 }, (_, k) => {
    const at = k / 255 < 0.6 ? k / 153 : 1 + (k - 153) / 102, from = stops[Math.min(1, Math.floor(at))], part = at - Math.min(1, Math.floor(at));
    const to = stops[Math.min(1, Math.floor(at)) + 1];
    return [...from.map((c, i) => c + part * (to[i] - c)), 255];
  });
}

// As many nodes as there are items: those that are there stay, so that nothing flickers and the focus is kept.
function fitted(parent, count, make) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) parent.append(make());
  return [...parent.children];
}

function node(tag, name = "", ...inside) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...inside);
  return made;
}

// Only what changed is written: a live region, a selection and the layout are left alone.
const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
