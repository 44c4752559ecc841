// The paths over the level lines: clipped at the edge of the picture, with the start, its gradient and the minima.
const WRONG = "#D55E00";

// The part of a segment inside the box, by Liang and Barsky: [u0, u1] along it, or null. Canvas would lose its way at 1e12.
function inside(plan, x0, y0, x1, y1) {
  let from = 0, to = 1;
  const dx = x1 - x0, dy = y1 - y0;
  for (const [p, q] of [[-dx, x0 - plan.x], [dx, plan.x + plan.w - x0], [-dy, y0 - plan.y], [dy, plan.y + plan.h - y0]]) {
    if (p === 0 && q < 0) return null;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  return from < to ? [from, to] : null;
}

// Where a path is on the picture: once per walk. `leaves` is the last step inside, if it ends outside.
function placed(run, plan) {
  const u = new Float64Array(run.count), v = new Float64Array(run.count);
  let leaves = -1;
  for (let k = 0; k < run.count; k++) {
    u[k] = plan.toX(run.x[k]); v[k] = plan.toY(run.y[k]);
    if (u[k] >= plan.x && u[k] <= plan.x + plan.w && v[k] >= plan.y && v[k] <= plan.y + plan.h) leaves = k;
  }
  const exit = leaves >= 0 && leaves < run.last && inside(plan, u[leaves], v[leaves], u[leaves + 1], v[leaves + 1]);
  const at = exit && { step: leaves + 1, u: u[leaves] + exit[1] * (u[leaves + 1] - u[leaves]), v: v[leaves] + exit[1] * (v[leaves + 1] - v[leaves]),
    turn: Math.atan2(v[leaves + 1] - v[leaves], u[leaves + 1] - u[leaves]) };
  return { u, v, leaves, exit: at || null };
}

// Steps from…to as a line; points closer than half a pixel to the last one drawn change nothing.
function trace(plan, { u, v }, from, to) {
  const path = new Path2D(), right = plan.x + plan.w, low = plan.y + plan.h;
  const within = (k) => u[k] >= plan.x && u[k] <= right && v[k] >= plan.y && v[k] <= low;
  let pu = u[from], pv = v[from], open = false, was = within(from);
  for (let k = from + 1; k <= to; k++) {
    const here = within(k);
    if (here && was && Math.abs(u[k] - pu) + Math.abs(v[k] - pv) < 0.5 && k < to) continue;
    if (here && was) {
      if (!open) path.moveTo(pu, pv);
      path.lineTo(u[k], v[k]); open = true;
    } else {
      const part = inside(plan, pu, pv, u[k], v[k]);
      if (part) {
        if (!open || part[0] > 0) path.moveTo(pu + part[0] * (u[k] - pu), pv + part[0] * (v[k] - pv));
        path.lineTo(pu + part[1] * (u[k] - pu), pv + part[1] * (v[k] - pv));
      }
      open = here && Boolean(part);
    }
    pu = u[k]; pv = v[k]; was = here;
  }
  return path;
}

// A shape per rule; a polygon is larger than a disk of its radius, to weigh the same.
function outline(context, u, v, radius, place = 0) {
  const corners = shapeOf(place), size = 1.35 * radius;
  if (!corners.length) { context.moveTo(u + radius, v); context.arc(u, v, radius, 0, 7); return; }
  corners.forEach(([x, y], k) => (k ? context.lineTo(u + size * x, v + size * y) : context.moveTo(u + size * x, v + size * y)));
  context.closePath();
}
// The shape at each step that is long enough to be told from the next.
function beads(context, { u, v }, from, to, plan, place) {
  context.beginPath();
  for (let k = from + 1; k <= to; k++) {
    if (Math.abs(u[k] - u[k - 1]) + Math.abs(v[k] - v[k - 1]) < 7 || !within(plan, u[k], v[k])) continue;
    outline(context, u[k], v[k], place % SHAPES.length ? 3.2 : 2.6, place);
  }
  context.fill();
}
function dot(context, u, v, radius, fill, ring, place = 0) {
  context.beginPath(); outline(context, u, v, radius, place);
  context.fillStyle = fill; context.fill();
  context.lineWidth = 2; context.strokeStyle = ring; context.stroke();
}
function arrow(context, u, v, turn, size) {
  context.save(); context.translate(u, v); context.rotate(turn);
  context.beginPath(); context.moveTo(0, 0); context.lineTo(-size, -size * 0.55); context.lineTo(-size, size * 0.55); context.closePath();
  context.fill(); context.restore();
}

function paintPaths(canvas, player) {
  const context = fresh(canvas), { plan, look, shown, step, playing } = player, { theme } = look, labels = [];
  context.lineJoin = "bevel"; context.lineCap = "butt";
  minima(context, player);
  for (const run of shown) {
    const to = Math.min(step, run.last), end = run.diverged && run.at.exit ? Math.min(to, run.at.exit.step) : to;
    const colour = look.runners[run.runner.place], chosen = run === player.chosen;
    context.setLineDash(run.runner.place >= 9 ? [7, 3] : []);
    if (!playing && to < run.last) {
      context.globalAlpha = 0.3; context.strokeStyle = css(colour); context.lineWidth = 1.5;
      context.stroke(trace(plan, run.at, Math.max(0, to), run.diverged && run.at.exit ? run.at.exit.step : run.last));
      context.globalAlpha = 1;
    }
    if (end < 1) continue;
    const path = trace(plan, run.at, 0, end);
    if (run.diverged || !player.moving) halo(context, path, { run, chosen, theme });
    context.strokeStyle = context.fillStyle = css(colour); context.lineWidth = chosen ? 3.2 : 2; context.stroke(path);
    beads(context, run.at, 0, end, plan, run.runner.place);
    if (run.at.exit && step >= run.at.exit.step) labels.push(run);
  }
  context.setLineDash([]);
  gradientArrow(context, player);
  for (const run of shown) {
    const k = Math.min(step, run.last), { u, v } = run.at;
    if (k > 0 && within(plan, u[k], v[k])) dot(context, u[k], v[k], run === player.chosen ? 6.5 : 5, css(look.runners[run.runner.place]), css(theme.page), run.runner.place);
  }
  exits(context, player, labels);
  const { hover } = player;
  if (hover && within(plan, hover.run.at.u[hover.k], hover.run.at.v[hover.k])) dot(context, hover.run.at.u[hover.k], hover.run.at.v[hover.k], 6, css(theme.ink), css(look.runners[hover.run.runner.place]));
}
// What makes a line stand out; strokes are what a frame costs, so in motion only those that diverge have it.
function halo(context, path, { run, chosen, theme }) {
  context.strokeStyle = run.diverged ? WRONG : css(theme.page); context.lineWidth = run.diverged ? 5 : chosen ? 5.5 : 4;
  context.globalAlpha = run.diverged ? 0.9 : 0.75; context.stroke(path); context.globalAlpha = 1;
}
const within = (plan, u, v) => u >= plan.x && u <= plan.x + plan.w && v >= plan.y && v <= plan.y + plan.h;

function minima(context, { plan, scene, look: { theme } }) {
  for (const [x, y] of scene.minima) {
    const u = plan.toX(x), v = plan.toY(y);
    if (!within(plan, u, v)) continue;
    context.beginPath();
    for (const side of [-1, 1]) { context.moveTo(u - 6, v - 6 * side); context.lineTo(u + 6, v + 6 * side); }
    context.lineWidth = 5; context.strokeStyle = css(theme.page); context.stroke();
    context.lineWidth = 2.2; context.strokeStyle = css(theme.ink); context.stroke();
  }
}
// The gradient at the start, uphill, at one length on the screen: plain descent takes the other way.
function gradientArrow(context, { plan, start, surface, look: { theme } }) {
  const [gx, gy] = surface.gradient(...start), du = gx * plan.w / (plan.right - plan.left), dv = -gy * plan.h / (plan.top - plan.bottom), size = Math.hypot(du, dv);
  const u = plan.toX(start[0]), v = plan.toY(start[1]);
  if (size > 0 && Number.isFinite(size) && Number.isFinite(surface.value(...start))) {
    const room = inside(plan, u, v, u + (46 * du) / size, v + (46 * dv) / size)?.[1] ?? 0, long = Math.max(24, 46 * room);
    const tip = [u + (long * du) / size, v + (long * dv) / size];
    context.beginPath(); context.moveTo(u, v); context.lineTo(tip[0] - (8 * du) / size, tip[1] - (8 * dv) / size);
    context.lineWidth = 5; context.strokeStyle = css(theme.page); context.stroke();
    context.lineWidth = 2.5; context.strokeStyle = context.fillStyle = css(mix(GRADIENT, theme.ink, theme.dark ? 0 : 0.2)); context.stroke();
    arrow(context, ...tip, Math.atan2(dv, du), 12);
    text(context, "∇f", tip[0] + (12 * du) / size, tip[1] + (12 * dv) / size, plan, theme);
  }
  dot(context, u, v, 8, css(theme.page), css(theme.ink)); dot(context, u, v, 2.5, css(theme.ink), css(theme.ink));
}
// Text that keeps inside the picture, on a halo of the page.
function text(context, words, u, v, plan, theme, colour = css(theme.ink)) {
  context.font = `600 ${plan.type}px ${theme.font}`; context.textAlign = "center"; context.textBaseline = "middle";
  const half = context.measureText(words).width / 2 + 3;
  const x = Math.min(plan.x + plan.w - half, Math.max(plan.x + half, u)), y = Math.min(plan.y + plan.h - plan.type, Math.max(plan.y + plan.type, v));
  context.lineWidth = 4; context.lineJoin = "round"; context.strokeStyle = css(theme.page); context.strokeText(words, x, y);
  context.fillStyle = colour; context.fillText(words, x, y);
  return y;
}
// Where paths leave for good: an arrow, and for one that diverged the step at which it left the numbers.
function exits(context, { plan, look }, runs) {
  const taken = [];
  for (const run of runs) {
    const { u, v, turn } = run.at.exit;
    context.fillStyle = run.diverged ? WRONG : css(look.runners[run.runner.place]);
    arrow(context, u, v, turn, 13);
    if (!run.diverged) continue;
    const away = v > plan.y + plan.h / 2 ? -1.25 * plan.type : 1.25 * plan.type;
    let at = v + away;
    while (taken.some((other) => Math.abs(other - at) < Math.abs(away) - 1)) at += away;
    taken.push(at);
    const words = plan.w < 300 ? `${run.runner.title} diverged at ${run.count}` : `${run.runner.title}: diverged at step ${run.count}`;
    text(context, words, u - 70 * Math.cos(turn), at, plan, look.theme, css(look.wrong));
  }
}
