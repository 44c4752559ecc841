// Blocks in a slanted view: pictures to the right and back, channels to the right, the cells of a map downwards.
const SIDE = 18, SLANT_X = 10, SLANT_Y = 7;

function block({ title, words, members }, cells, label) {
  const pictures = members.length, channels = members[0].length, deep = pictures, x0 = 26, y0 = 12 + deep * SLANT_Y;
  const width = x0 + channels * SIDE + deep * SLANT_X + 24, height = y0 + cells * SIDE + 30;
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${label} ${title}: ${words}` });
  const corner = (n, c, h) => [x0 + c * SIDE + n * SLANT_X, y0 + h * SIDE - n * SLANT_Y];
  const face = (points, on, shade) => svg.append(drawn("polygon", { points: points.map((p) => p.join(",")).join(" "), class: `${on ? "on" : "off"} ${shade}` }));
  for (let n = 0; n < pictures; n++) for (let c = 0; c < channels; c++) // top
    face([corner(n, c, 0), corner(n, c + 1, 0), corner(n + 1, c + 1, 0), corner(n + 1, c, 0)], members[n][c], "top");
  for (let n = 0; n < pictures; n++) for (let h = 0; h < cells; h++) // right side: the last channel
    face([corner(n, channels, h), corner(n + 1, channels, h), corner(n + 1, channels, h + 1), corner(n, channels, h + 1)], members[n][channels - 1], "side");
  for (let c = 0; c < channels; c++) for (let h = 0; h < cells; h++) // front: the first picture
    face([corner(0, c, h), corner(0, c + 1, h), corner(0, c + 1, h + 1), corner(0, c, h + 1)], members[0][c], "front");
  const [cx, cy] = corner(0, channels / 2, cells), [hx, hy] = corner(0, 0, cells / 2), [nx, ny] = corner(deep / 2, channels, cells);
  svg.append(drawn("text", { x: cx, y: cy + 20, "text-anchor": "middle" }, "C"), drawn("text", { x: hx - 6, y: hy, "text-anchor": "end", transform: `rotate(-90 ${hx - 6} ${hy})`, dx: 14 }, "H·W"));
  svg.append(drawn("text", { x: nx + 10, y: ny + 14 }, "N"));
  return svg;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".blocks");
  root.replaceChildren(...data.items.map((item, k) => {
    const figure = document.createElement("figure"), head = document.createElement("figcaption"), words = document.createElement("p");
    head.textContent = item.title; words.textContent = item.words;
    figure.classList.toggle("chosen", k === data.chosen);
    figure.append(head, block(item, data.cells, data.label), words);
    return figure;
  }));
}
