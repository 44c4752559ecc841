// The picture of level lines: where things are on it, its bands, axes and colour bar. Painted once per function and size.
const BANDS = 14, BAR = 14;

// Room for the axes at the left and below, for the colour bar at the right; one unit is as long across as up, unless
// that would make a ribbon of it.
function planeOf({ domain: [[left, right], [bottom, top]] }, width, height, type) {
  const x = 3.1 * type, y = 0.75 * type, roomX = width - x - BAR - 5 * type, roomY = height - y - 2.9 * type;
  const shape = (right - left) / (top - bottom), true_ = shape > 0.4 && shape < 2.5;
  const w = Math.round(true_ ? Math.min(roomX, roomY * shape) : roomX), h = Math.round(true_ ? Math.min(roomY, roomX / shape) : roomY);
  const x0 = Math.round(x), y0 = Math.round(y);
  return { x: x0, y: y0, w, h, width: x0 + w + BAR + Math.ceil(5 * type), height: y0 + h + Math.ceil(2.9 * type), left, right, bottom, top, type,
    toX: (v) => x0 + ((v - left) / (right - left)) * w, toY: (v) => y0 + h - ((v - bottom) / (top - bottom)) * h,
    fromX: (u) => left + ((u - x0) / w) * (right - left), fromY: (u) => bottom + ((y0 + h - u) / h) * (top - bottom) };
}

// The colours of the bands: viridis, pale towards the page so that the paths stand out.
function bandColours(colours, theme) {
  const rows = colours.length / 3, pale = theme.dark ? 0.5 : 0.52;
  return Array.from({ length: BANDS }, (_, k) => {
    const at = 3 * Math.min(rows - 1, Math.floor(((k + 0.5) / BANDS) * rows));
    return mix([colours[at], colours[at + 1], colours[at + 2]], theme.page, pale);
  });
}

// The same without bands, for the hills: SHADES colours from low to high.
const SHADES = 96;
function shadesOf(colours, theme) {
  const rows = colours.length / 3 - 1, pale = 0.45;
  return Array.from({ length: SHADES }, (_, k) => {
    const at = (k / SHADES) * rows, i = Math.floor(at), one = (n) => [colours[3 * n], colours[3 * n + 1], colours[3 * n + 2]];
    return mix(mix(one(i), one(i + 1), at - i), theme.page, pale);
  });
}

// Bands with a thin line between them, pixel by pixel: the grid is interpolated, and the line is as wide as the slope says.
function bandPixels(context, places, { w, h }, ratio, bands, theme) {
  const wide = Math.round(w * ratio), high = Math.round(h * ratio), image = context.createImageData(wide, high), { data } = image;
  const line = mix(theme.page, theme.ink, theme.dark ? 0.75 : 0.6), row = new Float64Array(wide + 1), below = new Float64Array(wide + 1);
  const fill = (target, v) => {
    const gy = Math.min(SIDE - 1.000001, Math.max(0, (1 - v / high) * (SIDE - 1))), j = Math.floor(gy), fy = gy - j;
    for (let u = 0; u <= wide; u++) {
      const gx = Math.min(SIDE - 1.000001, ((u + 0.5) / wide) * (SIDE - 1)), i = Math.floor(gx), fx = gx - i, at = j * SIDE + i;
      target[u] = BANDS * ((places[at] * (1 - fx) + places[at + 1] * fx) * (1 - fy) + (places[at + SIDE] * (1 - fx) + places[at + SIDE + 1] * fx) * fy);
    }
  };
  fill(row, 0.5);
  for (let v = 0, at = 0; v < high; v++) {
    fill(below, v + 1.5);
    for (let u = 0; u < wide; u++, at += 4) {
      const t = row[u], slope = Math.hypot(row[u + 1] - t, below[u] - t) || 1e-9, level = Math.round(t);
      const near = level > 0 && level < BANDS ? Math.max(0, Math.min(1, 0.5 * ratio + 0.35 - Math.abs(t - level) / slope)) * 0.42 : 0;
      const band = Number.isFinite(t) ? bands[Math.min(BANDS - 1, Math.max(0, Math.floor(t)))] : theme.soft;
      for (let c = 0; c < 3; c++) data[at + c] = band[c] + (line[c] - band[c]) * near;
      data[at + 3] = 255;
    }
    row.set(below);
  }
  return image;
}

function paintPlane(canvas, plan, { field, look, ratio }) {
  const context = fresh(canvas), { x, y, w, h } = plan, { theme, bands } = look;
  context.putImageData(bandPixels(context, field.places, plan, ratio, bands, theme), Math.round(x * ratio), Math.round(y * ratio));
  context.strokeStyle = css(theme.line); context.lineWidth = 1; context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
  context.fillStyle = css(theme.ink); context.font = `${plan.type}px ${theme.font}`;
  context.textAlign = "center"; context.textBaseline = "top";
  for (const at of ticks(plan.left, plan.right, w / (4.2 * plan.type))) mark(plain(at), plan.toX(at), y + h + 6, [0, -5]);
  context.fillText("x", x + w / 2, y + h + 6 + 1.15 * plan.type);
  context.textAlign = "right"; context.textBaseline = "middle";
  for (const at of ticks(plan.bottom, plan.top, h / (3 * plan.type))) mark(plain(at), x - 8, plan.toY(at), [6, 0]);
  context.fillText("y", x - 2.3 * plan.type, y + h / 2 - plan.type);
  paintBar(context, plan, field.scale, look);
  function mark(text, u, v, [du, dv]) {
    context.fillText(text, u, v);
    context.beginPath(); context.moveTo(u + du, v + dv); context.lineTo(u + du / 3, v + (dv && dv + 4)); context.stroke();
  }
}

// Every band with the values at its ends, as many as there is room for; the lowest and the highest always.
function paintBar(context, plan, scale, { theme, bands }) {
  const left = plan.x + plan.w + 12, { y, h, type } = plan, each = Math.ceil((1.35 * type) / (h / BANDS));
  for (let k = 0; k < BANDS; k++) {
    context.fillStyle = css(bands[k]);
    context.fillRect(left, y + h - ((k + 1) * h) / BANDS, BAR, h / BANDS + 0.5);
  }
  context.strokeRect(left - 0.5, y - 0.5, BAR + 1, h + 1);
  context.fillStyle = css(theme.ink); context.textAlign = "left"; context.textBaseline = "middle";
  for (let k = 0, last = ""; k <= BANDS; k++) {
    const words = plain(Number(scale.value(k / BANDS).toPrecision(2)));
    if ((k !== BANDS && (k % each || k >= BANDS - each)) || words === last) continue;
    last = words;
    context.fillText(words, left + BAR + 5, y + h - (k * h) / BANDS + (k ? (k === BANDS ? type / 2 - 1 : 0) : 1 - type / 2));
  }
  context.fillText("f", left + BAR / 2 - 3, y + h + 6 + type / 2);
}
