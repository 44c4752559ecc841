// Loss against step, on a logarithmic axis where every loss is positive; nothing that is no number gets near an axis.
const SMALLEST = 1e-12; // of the loss at the start: below, curves leave the picture

// The range of the losses shown, in whole decades or round numbers so that a drag does not make it tremble. A path that
// diverges is followed to a little above the start only, and one that falls for ever to below what the picture has.
function rangeOf(runs, goal, scale) {
  let low = Infinity, high = -Infinity, positive = Infinity, first = -Infinity;
  for (const { loss, last, diverged } of runs) {
    if (last < 0) continue;
    first = Math.max(first, loss[0]);
    for (let k = 0; k <= last; k++) {
      const value = loss[k];
      if (value < low) low = value;
      if (value > high && (!diverged || k === 0)) high = value;
      if (value > 0 && value < positive) positive = value;
    }
  }
  if (!(low <= high)) return { log: false, low: 0, high: 1 };
  if (low >= 0 && positive < Infinity) {
    const bottom = Math.max(positive, SMALLEST * first, goal > 0 ? Math.min(goal, positive) : 0), top = Math.min(high, 1e6 * Math.max(first, bottom));
    const from = Math.floor(Math.log10(bottom)), to = Math.max(Math.ceil(Math.log10(top) + 1e-9), from + 1);
    return { log: true, low: from, high: to };
  }
  high = Math.min(high, first + 9 * Math.abs(first - low) + 1e-9);
  low = Math.max(low, Math.min(first, scale.low - 0.5 * (scale.high - scale.low)));
  const grid = ticks(low, high, 4), step = grid.length > 1 ? grid[1] - grid[0] : 1;
  return { log: false, low: Math.floor(low / step + 1e-9) * step, high: Math.max(Math.ceil(high / step - 1e-9), Math.floor(low / step) + 1) * step };
}

function chartOf(runs, { steps, goal, scale, width, height, type }) {
  const range = rangeOf(runs, goal, scale), x = 4.3 * type, y = 0.7 * type, w = width - x - type, h = height - y - 1.6 * type;
  const bend = range.log ? (value) => (value > 0 ? Math.log10(value) : -Infinity) : (value) => value;
  return { ...range, x, y, w, h, width, height, type, steps,
    toX: (k) => x + (k / steps) * w,
    toY: (value) => y + h - ((Math.min(range.high, Math.max(range.low, bend(value))) - range.low) / (range.high - range.low)) * h,
    outside: (value) => bend(value) > range.high || bend(value) < range.low,
    stepAt: (u) => Math.round(((u - x) / w) * steps) };
}

// Axes and goal, on a canvas of their own: they stay while the paths move.
function paintAxes(canvas, { chart, look: { theme }, goal }) {
  const context = fresh(canvas);
  const { x, y, w, h, type, log, low, high } = chart;
  context.font = `${type}px ${theme.font}`; context.fillStyle = css(theme.ink); context.strokeStyle = css(theme.soft); context.lineWidth = 1;
  context.textAlign = "right"; context.textBaseline = "middle";
  const every = Math.max(1, Math.ceil((high - low) / Math.max(1, h / (1.8 * type))));
  const marks = log ? Array.from({ length: high - low + 1 }, (_, k) => low + k).filter((k) => (k - high) % every === 0).map((k) => [10 ** k, power(k)])
    : ticks(low, high, Math.min(5, h / (2 * type))).map((value) => [value, plain(value)]);
  context.beginPath();
  for (const [value, words] of marks) {
    const at = Math.round(chart.toY(value)) + 0.5;
    context.moveTo(x, at); context.lineTo(x + w, at);
    context.fillText(words, x - 6, at);
  }
  context.stroke();
  context.textBaseline = "top"; context.textAlign = "center";
  for (const k of [...ticks(0, chart.steps, w / (5 * type)).filter((at) => at < 0.9 * chart.steps), chart.steps]) context.fillText(String(k), chart.toX(k), y + h + 5);
  context.textAlign = "right"; context.fillText("step", x - 14, y + h + 5);
  context.textAlign = "left"; context.textBaseline = "middle"; context.fillText("f", 2, y + h / 2);
  if (goal === null || chart.outside(goal)) return;
  context.strokeStyle = css(theme.line); context.setLineDash([5, 4]); context.beginPath();
  context.moveTo(x, chart.toY(goal)); context.lineTo(x + w, chart.toY(goal)); context.stroke(); context.setLineDash([]);
  context.textAlign = "right"; context.textBaseline = "bottom"; context.fillText("goal", x + w - 2, chart.toY(goal) - 1);
}
const power = (k) => (k >= -2 && k <= 3 ? String(10 ** k).slice(0, 6) : `10${k < 0 ? "⁻" : ""}${[...String(Math.abs(k))].map((d) => SUPER[d]).join("")}`);

// Steps from…to of one curve; it ends where it leaves the picture for good.
function curve(chart, { loss }, from, to) {
  const path = new Path2D();
  let pu = chart.toX(from), pv = chart.toY(loss[from]);
  path.moveTo(pu, pv);
  for (let k = from + 1; k <= to; k++) {
    const u = chart.toX(k), v = chart.toY(loss[k]);
    if (k < to && u - pu < 0.7 && Math.abs(v - pv) < 0.7) continue;
    path.lineTo(u, v); pu = u; pv = v;
  }
  return path;
}
// The first step from which a curve stays outside of the picture; its last step if it ends inside.
function cutAt(chart, { loss, last }) {
  let k = last;
  while (k >= 0 && chart.outside(loss[k])) k--;
  return Math.min(k + 1, last);
}

function paintChart(canvas, player) {
  const { chart, shown, step, playing, look, hover, goal } = player, context = fresh(canvas), { theme } = look;
  context.lineJoin = "bevel";
  for (const run of shown) {
    if (run.last < 0) continue;
    const to = Math.min(step, run.last), cut = run.cut, end = Math.min(to, cut), colour = css(look.runners[run.runner.place]);
    context.setLineDash(run.runner.place >= 9 ? [7, 3] : []); context.strokeStyle = colour;
    if (!playing && end < cut) { context.globalAlpha = 0.3; context.lineWidth = 1.5; context.stroke(curve(chart, run, end, cut)); context.globalAlpha = 1; }
    context.lineWidth = run === player.chosen ? 3.2 : 2;
    if (end > 0) context.stroke(curve(chart, run, 0, end));
    context.setLineDash([]);
    if (!playing) signs(context, chart, run, end, colour);
    if (run.diverged && end >= cut) cross(context, chart.toX(cut), chart.toY(run.loss[cut]));
    else if (to === end) dot(context, chart.toX(to), chart.toY(run.loss[to]), run === player.chosen ? 5.5 : 4, colour, css(theme.page), run.runner.place);
  }
  if (step < chart.steps) {
    context.strokeStyle = css(theme.ink, 0.5); context.lineWidth = 1; context.beginPath();
    context.moveTo(chart.toX(step), chart.y); context.lineTo(chart.toX(step), chart.y + chart.h); context.stroke();
  }
  if (hover) dot(context, chart.toX(hover.k), chart.toY(hover.run.loss[hover.k]), 6, css(theme.ink), css(look.runners[hover.run.runner.place]));
}
// The rule's shape along its curve, each rule's at other steps.
function signs(context, chart, { loss, runner: { place } }, to, colour) {
  if (place % SHAPES.length === 0) return;
  const every = Math.max(1, Math.round((70 * chart.steps) / chart.w)), from = Math.ceil((every * (place % SHAPES.length)) / SHAPES.length);
  context.beginPath();
  for (let k = from; k < to; k += every) if (!chart.outside(loss[k])) outline(context, chart.toX(k), chart.toY(loss[k]), 3.2, place);
  context.fillStyle = colour; context.fill();
}
function cross(context, u, v) {
  context.beginPath();
  for (const side of [-1, 1]) { context.moveTo(u - 5, v - 5 * side); context.lineTo(u + 5, v + 5 * side); }
  context.lineWidth = 3; context.strokeStyle = WRONG; context.stroke();
}
