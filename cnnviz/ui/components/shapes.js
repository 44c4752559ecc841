// Shapes for several lines, for eyes that do not tell the colours apart. The first is round and has no corners, the others
// are polygons: corners on a circle of radius 1, here as how many, and the turn of the first in half turns.
const SHAPES = [[0, 0], [4, 0.25], [3, -0.5], [4, 0], [3, 0.5], [5, -0.5]].map(([count, turn]) =>
  Array.from({ length: count }, (_, k) => Math.PI * (turn + (2 * k) / count)).map((angle) => [Math.cos(angle), Math.sin(angle)]));
const shapeOf = (place) => SHAPES[place % SHAPES.length];

// The shape as an element of a picture, see axes.js; a polygon is larger than a disk of its radius, to weigh the same.
function shapeAt(place, [x, y], fill, radius = 4.5) {
  const corners = shapeOf(place), size = 1.33 * radius, text = (c) => (size * c).toFixed(1);
  if (!corners.length) return drawn("circle", { cx: x, cy: y, r: radius, fill, class: "shape" });
  return drawn("polygon", { points: corners.map((corner) => corner.map(text).join()).join(" "), transform: `translate(${x} ${y})`, fill, class: "shape" });
}

// The same for a legend, as large as the letters beside it.
function shapeSign(place, fill) {
  const sign = drawn("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true", class: "sign" });
  sign.append(shapeAt(place, [0, 0], fill));
  return sign;
}
