// Axes of a chart in SVG: ticks, grid lines and titles.
const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes = {}, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

// Where the ticks are: steps of 1, 2, 5 · 10^k; on a logarithmic axis 1, 2, 5 of each decade, or whole decades if many.
function ticks(low, high, log, most = 6) {
  const found = [];
  if (log) {
    const decades = Math.log10(high / low), every = Math.max(1, Math.ceil(decades / most));
    const parts = decades <= 2.2 ? [1, 2, 5] : [1];
    for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++)
      for (const m of parts) if (k % every === 0 && m * 10 ** k >= low * (1 - 1e-9) && m * 10 ** k <= high * (1 + 1e-9)) found.push(m * 10 ** k);
    return found;
  }
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9));
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + 1e-9 * step; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

// Values to pixels: `place` maps low…high (both included) to from…to.
function between(low, high, { log = false, from, to, most }) {
  const bend = log ? Math.log10 : (x) => x, bottom = bend(low), width = bend(high) - bottom || 1;
  const place = (x) => from + ((bend(x) - bottom) / width) * (to - from);
  const back = (at) => { const u = bottom + ((at - from) / (to - from)) * width; return log ? 10 ** u : u; };
  return { place, back, ticks: ticks(low, high, log, most), log };
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
// 12,000 · 0.05 · 10⁻⁷
function plain(x, log = false) {
  const size = Math.abs(x), power = size ? Math.round(Math.log10(size)) : 0;
  if (log && size && (power > 4 || power < -3)) {
    const head = Number((x / 10 ** power).toPrecision(3)), raised = [...String(power)].map((c) => RAISED[c]).join("");
    return `${head === 1 ? "" : `${head}·`}10${raised}`;
  }
  if (size >= 1000) return x.toLocaleString("en-US", { maximumFractionDigits: 6 }).replace("-", "−");
  return String(Number(x.toPrecision(10))).replace("-", "−");
}

function axes(svg, { x, y, titles, box }) {
  const { left, right, top, bottom } = box, middle = (top + bottom) / 2;
  for (const at of x.ticks) {
    svg.append(drawn("line", { x1: x.place(at), x2: x.place(at), y1: top, y2: bottom, class: "grid" }));
    svg.append(drawn("text", { x: x.place(at), y: bottom + 18, "text-anchor": "middle" }, plain(at, x.log)));
  }
  for (const at of y.ticks) {
    svg.append(drawn("line", { x1: left, x2: right, y1: y.place(at), y2: y.place(at), class: "grid" }));
    svg.append(drawn("text", { x: left - 8, y: y.place(at) + 5, "text-anchor": "end" }, plain(at, y.log)));
  }
  const log = (axis) => (axis.log ? " (log)" : "");
  svg.append(drawn("text", { x: (left + right) / 2, y: bottom + 40, "text-anchor": "middle", class: "title" }, titles.x + log(x)));
  svg.append(drawn("text", { x: 15, y: middle, transform: `rotate(-90 15 ${middle})`, "text-anchor": "middle", class: "title" }, titles.y + log(y)));
}

// Two of the ten colours are too dark to be seen on a dark page.
const BRIGHT = { "#332288": "#8C7FE0", "#882255": "#D0608F" };
function seen(colour, root) {
  const [r, g, b] = (getComputedStyle(root).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map((part) => parseInt(part, 16));
  return r + g + b < 384 ? BRIGHT[colour.toUpperCase()] ?? colour : colour;
}
