// Shapes for several lines, for eyes that do not tell the colours apart. The first is round and has no corners, the others
// are polygons: corners on a circle of radius 1, here as how many, and the turn of the first in half turns.
const SHAPES = [[0, 0], [4, 0.25], [3, -0.5], [4, 0], [3, 0.5], [5, -0.5]].map(([count, turn]) =>
  Array.from({ length: count }, (_, k) => Math.PI * (turn + (2 * k) / count)).map((angle) => [Math.cos(angle), Math.sin(angle)]));
const shapeOf = (place) => SHAPES[place % SHAPES.length];
