// The small drawings of a layer's row: a distribution as one path, a ratio on a logarithmic line, maps as tiles.
const WIDE = 120, TALL = 38;
const number = (x) => (x === null ? "not finite" : plain(Number(x.toPrecision(2)), x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e4)));

// A bar that would hide the others (the zeros after a ReLU) is cut, and open at its top.
function outline(counts) {
  if (counts.length === 1) return `M${0.48 * WIDE} ${TALL}V6h${0.04 * WIDE}V${TALL}z`; // all are the same number
  const sorted = [...counts].sort((a, b) => b - a), cut = sorted.length > 1 && sorted[0] > 2.5 * sorted[1] ? 1.6 * sorted[1] || sorted[0] : sorted[0];
  const wide = WIDE / counts.length;
  let bars = "", open = "";
  counts.forEach((count, k) => {
    const tall = Math.min(1, count / (cut || 1)) * (TALL - 6), x = k * wide;
    if (count) bars += `M${x.toFixed(1)} ${TALL}v${(-Math.max(1, tall)).toFixed(1)}h${(wide * 0.9).toFixed(1)}V${TALL}z`;
    if (count > cut) open += `M${x.toFixed(1)} ${TALL - tall - 5}h${(wide * 0.9).toFixed(1)}v3h${(-wide * 0.9).toFixed(1)}z`;
  });
  return bars + open;
}

function distribution(cell, told, { colour, words }) {
  const [svg, line] = cell.children;
  if (!svg.firstChild) { svg.setAttribute("viewBox", `0 0 ${WIDE} ${TALL}`); svg.append(drawn("path"), drawn("line", { x1: 0, x2: WIDE, y1: TALL, y2: TALL, class: "axis" }), drawn("line", { y1: 0, y2: TALL, class: "zero" })); }
  const [path, , zero] = svg.children, { low, high, counts } = told;
  cell.dataset.empty = counts.length ? "no" : "yes";
  path.setAttribute("d", outline(counts)); path.setAttribute("fill", colour);
  const at = counts.length > 1 ? (WIDE * -low) / (high - low) : -9;
  zero.setAttribute("x1", at); zero.setAttribute("x2", at); zero.style.display = at >= 0 && at <= WIDE ? "" : "none";
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", counts.length ? `${words}, ${number(low)} to ${number(high)}` : `${words}: none`);
  cell.dataset.alarm = told.alarm;
  say(line, counts.length || told.alarm === "yes" ? words : "–");
}

// 10⁻⁶ … 10⁻¹, with a mark where steps are a thousandth of the weights.
function gauge(svg, ratio, fair) {
  if (!svg.firstChild) {
    svg.setAttribute("viewBox", `0 0 ${WIDE} 16`);
    svg.append(drawn("line", { x1: 0, x2: WIDE, y1: 8, y2: 8, class: "axis" }), drawn("line", { x1: 0.6 * WIDE, x2: 0.6 * WIDE, y1: 1, y2: 15, class: "rule" }), drawn("circle", { cy: 8, r: 5 }));
  }
  const dot = svg.lastChild, place = Math.min(WIDE - 5, Math.max(5, (WIDE * (Math.log10(ratio) + 6)) / 5));
  svg.setAttribute("aria-hidden", "true");
  svg.style.display = ratio > 0 ? "" : "none";
  dot.setAttribute("cx", Number.isFinite(place) ? place : 0);
  dot.setAttribute("class", fair ? "" : "unfair");
}

function tilesOf(parent, row, count) {
  const [channels, height, width] = row.size;
  fitted(parent, Math.min(channels ?? 0, count), () => node("canvas")).forEach((canvas, n) => {
    raster(canvas, width, height, (k) => row.ramp[row.maps[n * height * width + k]]);
  });
}
