// The network of circles and lines, and the chart of running means.
const WIDE = 420, TALL = 330, COLOURS = { input: "#0072B2", weight: "#E69F00", output: "#009E73", paper: "#CC79A7", inverted: "#E69F00" };
const shown = (x) => x.toFixed(2).replace("-", "−");
const column = (count, x) => Array.from({ length: count }, (_, k) => ({ x, y: ((k + 0.5) / count) * TALL }));

function circle(svg, { x, y }, { colour, text, out = false, ringed = false }) {
  svg.append(drawn("circle", { cx: x, cy: y, r: 23, class: `unit${out ? " out" : ""}${ringed ? " ringed" : ""}`, stroke: colour }));
  svg.append(drawn("text", { x, y: y + 5, "text-anchor": "middle", class: out ? "faded" : "" }, text));
  if (!out) return;
  const d = 17;
  for (const s of [1, -1]) svg.append(drawn("line", { x1: x - d, y1: y - s * d, x2: x + d, y2: y + s * d, class: "cross" }));
}

function wire(svg, from, to, { weight, off }) {
  const width = 1 + 2.5 * Math.min(1, Math.abs(weight));
  const line = { x1: from.x + 23, y1: from.y, x2: to.x - 23, y2: to.y, "stroke-width": width, class: `wire${off ? " off" : ""}` };
  if (weight < 0) line["stroke-dasharray"] = "6 4";
  svg.append(drawn("line", line));
}

// `values` are the hidden outputs under this mask, `answer` the probability that comes out.
function network(svg, layer, { mask, values, answer }) {
  const inputs = column(layer.inputs.length, 30), hidden = column(mask.length, WIDE / 2), end = { x: WIDE - 30, y: TALL / 2 };
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${TALL}`);
  hidden.forEach((at, k) => {
    inputs.forEach((from, i) => wire(svg, from, at, { weight: layer.into[k][i], off: !mask[k] }));
    wire(svg, at, end, { weight: layer.out[k], off: !mask[k] });
  });
  inputs.forEach((at, i) => circle(svg, at, { colour: COLOURS.input, text: shown(layer.inputs[i]) }));
  hidden.forEach((at, k) => circle(svg, at, { colour: COLOURS.weight, text: mask[k] ? shown(values[k]) : "0", out: !mask[k], ringed: k === layer.unit }));
  circle(svg, end, { colour: COLOURS.output, text: shown(answer) });
}

// Running means over 1 … n masks on a logarithmic axis; dashed: what is used at test.
function means(svg, { lines, count, wide, at }) {
  const height = 300, box = { left: 58, right: wide - 24, top: 14, bottom: height - 46 };
  const high = 1.12 * Math.max(...lines.flatMap((line) => [line.test, ...line.values]), 0.1);
  const x = between(1, count, { log: true, from: box.left, to: box.right, most: 5 });
  const y = between(0, high, { from: box.bottom, to: box.top, most: 5 });
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${wide} ${height}`);
  svg.setAttribute("height", height);
  axes(svg, { x, y, titles: { x: "masks drawn", y: "mean output" }, box });
  for (const [k, { values, test, colour }] of lines.entries()) {
    svg.append(drawn("line", { x1: box.left, x2: box.right, y1: y.place(test), y2: y.place(test), stroke: colour, class: "test" }));
    const points = Array.from(values.subarray(0, at), (value, k) => `${x.place(k + 1).toFixed(1)},${y.place(value).toFixed(1)}`).join(" ");
    svg.append(drawn("polyline", { points, stroke: colour, class: "mean" }));
    const end = [x.place(at), y.place(values[at - 1])];
    svg.append(k ? drawn("rect", { x: end[0] - 5, y: end[1] - 5, width: 10, height: 10, fill: colour }) : drawn("circle", { cx: end[0], cy: end[1], r: 5, fill: colour }));
    svg.append(drawn("text", { x: box.right - 2, y: y.place(test) - 6, "text-anchor": "end" }, k ? "divided in training" : "times 1 − p at test"));
  }
}
