// The same function as a surface: a mesh painted from back to front, paths laid on it, and what the hills hide faded.
const MESH = 48, RISE = 0.6, LIFT = 0.012;

// From the unit square and a height 0…1 to the screen, seen from azimuth and elevation; `depth` grows away from the eye.
function viewOf({ azimuth, elevation }, width, height) {
  const ca = Math.cos(azimuth), sa = Math.sin(azimuth), ce = Math.cos(elevation), se = Math.sin(elevation);
  const reach = 1.43, scale = Math.min(width / (reach + 0.1), height / (reach * se + RISE * ce + 0.06));
  const middle = height / 2 + (RISE * ce * scale) / 2;
  return { ca, sa, ce, se, width, height,
    u: (x, y) => width / 2 + ((x - 0.5) * ca - (y - 0.5) * sa) * scale,
    v: (x, y, z) => middle - (((x - 0.5) * sa + (y - 0.5) * ca) * se + z * RISE * ce) * scale };
}
// A height of the sampled grid at a place of the unit square.
function heightAt(heights, x, y, none = 0) {
  const gx = Math.min(SIDE - 1.000001, Math.max(0, x * (SIDE - 1))), gy = Math.min(SIDE - 1.000001, Math.max(0, y * (SIDE - 1)));
  const i = Math.floor(gx), j = Math.floor(gy), fx = gx - i, fy = gy - j, at = j * SIDE + i;
  const z = (heights[at] * (1 - fx) + heights[at + 1] * fx) * (1 - fy) + (heights[at + SIDE] * (1 - fx) + heights[at + SIDE + 1] * fx) * fy;
  return Number.isFinite(z) ? z : none;
}

// Which points of the mesh a hill hides: from each, walk towards the eye and look whether the surface rises above.
function hiddenOf({ heights }, { ca, sa, ce, se }) {
  const hidden = new Uint8Array((MESH + 1) ** 2), pace = 1 / MESH, dx = -sa * pace, dy = -ca * pace, rise = (pace * se) / (ce * RISE);
  for (let j = 0; j <= MESH; j++) for (let i = 0; i <= MESH; i++) {
    let x = i / MESH, y = j / MESH, z = heightAt(heights, x, y) + 0.02;
    while (z < 1) {
      x += dx; y += dy; z += rise;
      if (x < 0 || y < 0 || x > 1 || y > 1) break;
      if (heightAt(heights, x, y) > z) { hidden[j * (MESH + 1) + i] = 1; break; }
    }
  }
  return hidden;
}

function paintSurface(canvas, view, { field, look }) {
  const context = fresh(canvas), { theme } = look, { heights, places } = field, near = theme.dark ? 0.3 : 0.25;
  const u = new Float64Array((MESH + 1) ** 2), v = new Float64Array((MESH + 1) ** 2), z = new Float64Array((MESH + 1) ** 2);
  for (let j = 0, at = 0; j <= MESH; j++) for (let i = 0; i <= MESH; i++, at++) {
    z[at] = heightAt(heights, i / MESH, j / MESH);
    u[at] = view.u(i / MESH, j / MESH); v[at] = view.v(i / MESH, j / MESH, z[at]);
  }
  floor(context, view, theme);
  const order = (back) => Array.from({ length: MESH }, (_, k) => (back ? MESH - 1 - k : k)), columns = order(view.sa > 0);
  context.lineWidth = 0.8; context.lineJoin = "bevel";
  for (const j of order(view.ca > 0)) for (const i of columns) {
    const a = j * (MESH + 1) + i, b = a + 1, c = b + MESH + 1, d = a + MESH + 1;
    const place = heightAt(places, (i + 0.5) / MESH, (j + 0.5) / MESH, NaN);
    if (Number.isNaN(place)) continue; // no number there, so no ground
    const band = look.shades[Math.min(SHADES - 1, Math.floor(place * SHADES))];
    const light = Math.max(-1, Math.min(1, (z[b] + z[c] - z[a] - z[d]) * 3.5 + (z[a] + z[b] - z[c] - z[d]) * 2.5));
    const fill = css(mix(band, light > 0 ? [0, 0, 0] : [255, 255, 255], Math.abs(light) * near));
    context.beginPath(); context.moveTo(u[a], v[a]); context.lineTo(u[b], v[b]); context.lineTo(u[c], v[c]); context.lineTo(u[d], v[d]); context.closePath();
    context.fillStyle = context.strokeStyle = fill; context.fill(); context.stroke();
  }
}
// The frame of the floor, with x, y at its near edges.
function floor(context, view, theme) {
  const corners = [[0, 0], [1, 0], [1, 1], [0, 1]];
  context.beginPath();
  corners.forEach(([x, y]) => context.lineTo(view.u(x, y), view.v(x, y, 0)));
  context.closePath(); context.strokeStyle = css(theme.line); context.lineWidth = 1; context.stroke();
  context.font = `${view.type}px ${theme.font}`; context.fillStyle = css(theme.ink); context.textAlign = "center"; context.textBaseline = "middle";
  const nearY = view.ca > 0 ? 0 : 1, nearX = view.sa > 0 ? 0 : 1;
  context.fillText("x", view.u(0.5, nearY + (nearY ? 0.07 : -0.07)), view.v(0.5, nearY + (nearY ? 0.07 : -0.07), 0) + 4);
  context.fillText("y", view.u(nearX + (nearX ? 0.07 : -0.07), 0.5), view.v(nearX + (nearX ? 0.07 : -0.07), 0.5, 0) + 4);
}

// Steps 0…to on the surface, in two lines: what is seen and what a hill hides. A long step follows the ground below it.
function laid(run, to, { plan, viewpoint: view, field, hiddenPoints: hidden }) {
  const lines = [new Path2D(), new Path2D()], { left, right, bottom, top } = plan, within01 = (t) => t >= 0 && t <= 1;
  let px = (run.x[0] - left) / (right - left), py = (run.y[0] - bottom) / (top - bottom), pu = NaN, pv = NaN, side = -1, tip = null;
  const put = (x, y) => {
    if (!within01(x) || !within01(y)) { side = -1; tip = null; return; }
    const z = heightAt(field.heights, x, y) + LIFT, u = view.u(x, y), v = view.v(x, y, z);
    if (side >= 0 && Math.abs(u - pu) + Math.abs(v - pv) < 0.6) return;
    const now = hidden[Math.round(y * MESH) * (MESH + 1) + Math.round(x * MESH)];
    if (side < 0) lines[now].moveTo(u, v);
    else { if (now !== side) lines[now].moveTo(pu, pv); lines[now].lineTo(u, v); }
    side = now; pu = u; pv = v; tip = [u, v, now];
  };
  put(px, py);
  for (let k = 1; k <= to; k++) {
    const x = (run.x[k] - left) / (right - left), y = (run.y[k] - bottom) / (top - bottom);
    const pieces = Math.min(60, Math.ceil(Math.max(Math.abs(x - px), Math.abs(y - py)) * 32)) || 1;
    for (let m = 1; m <= pieces; m++) put(px + ((x - px) * m) / pieces, py + ((y - py) * m) / pieces);
    px = x; py = y;
  }
  return { lines, tip };
}

function paintLaid(canvas, player) {
  const context = fresh(canvas), { shown, step, look, hover, playing } = player, { theme } = look, tips = [];
  context.lineJoin = "bevel";
  for (const run of shown) {
    const to = Math.min(step, run.last), end = run.diverged && run.at.exit ? Math.min(to, run.at.exit.step) : to, colour = css(look.runners[run.runner.place]);
    const draw = ({ lines }, strength) => [1, 0].forEach((hidden) => {
      context.globalAlpha = strength * (hidden ? 0.3 : 0.75); context.lineWidth = 4; context.strokeStyle = run.diverged ? WRONG : css(theme.page);
      if (!hidden && strength === 1 && (run.diverged || !player.moving)) context.stroke(lines[hidden]);
      context.globalAlpha = strength * (hidden ? 0.35 : 1); context.lineWidth = run === player.chosen ? 3 : 2; context.strokeStyle = colour; context.stroke(lines[hidden]);
    });
    context.setLineDash(run.runner.place >= 9 ? [7, 3] : []);
    if (!playing && to < run.last) draw(laid(run, run.last, player), 0.3);
    if (run.last < 0) continue;
    const made = laid(run, Math.max(0, end), player);
    draw(made, 1);
    if (made.tip && end === to) tips.push([made.tip, colour, run]);
  }
  context.globalAlpha = 1; context.setLineDash([]);
  for (const [[u, v, hidden], colour, run] of tips) {
    context.globalAlpha = hidden ? 0.4 : 1;
    dot(context, u, v, run === player.chosen ? 6 : 4.5, colour, css(theme.page), run.runner.place);
  }
  context.globalAlpha = 1;
  const on = (x, y, radius, ring) => {
    const { plan, viewpoint: view, field } = player, s = (x - plan.left) / (plan.right - plan.left), t = (y - plan.bottom) / (plan.top - plan.bottom);
    if (s >= 0 && s <= 1 && t >= 0 && t <= 1) dot(context, view.u(s, t), view.v(s, t, heightAt(field.heights, s, t) + LIFT), radius, css(theme.page), ring);
  };
  on(...player.start, 5.5, css(theme.ink));
  if (hover) on(hover.run.x[hover.k], hover.run.y[hover.k], 6, css(look.runners[hover.run.runner.place]));
}
