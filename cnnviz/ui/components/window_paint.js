// Two layers: the grids with their numbers, painted when something changes; and what moves, painted every frame.
const COVER = 0.92;

const short = (v) => v.replace(/^(−?)0\./, "$1.");
// The number as a cell can hold it: whole, then with fewer and fewer decimals, or nothing.
function fitted(context, value, room) {
  const whole = number(value);
  const tries = [whole, short(whole), ...[2, 1].map((d) => short(trimmed(value, d)))];
  if (Math.abs(value) >= 10) tries.push(trimmed(value, 0));
  return tries.find((text, k) => (k < 2 || text !== "0" || value === 0) && context.measureText(text).width <= room) ?? null;
}
const cellFont = (cell, theme, weight = 400) => `${weight} ${Math.round(Math.min(30 * type.unit, Math.max(14 * type.unit, cell * 0.36)))}px ${theme.font}`;

function valuesOf(scene, grid, filter) {
  const { panel, index } = grid;
  if (panel === "input" || panel === "unused") return (r, c) => valueAt(scene, index, r, c);
  if (panel === "output") return (r, c) => (within(r - scene.cutTop, scene.outHeight) && within(c - scene.cutLeft, scene.outWidth)
    ? outputAt(scene, index, r - scene.cutTop, c - scene.cutLeft) : NaN);
  if (panel === "thumb") return (r, c) => outputAt(scene, index, r, c);
  if (panel === "kernel") return (r, c) => weightAt(scene, filter, index, r, c);
  if (panel === "written") return (r, c) => weightAt(scene, filter, index, scene.kernel[0] - 1 - r, scene.kernel[1] - 1 - c);
  return () => biasAt(scene, filter);
}
const hueOf = { input: "input", unused: "input", patch: "input", kernel: "kernel", written: "kernel", bias: "kernel", output: "output", thumb: "output" };

// The fills of a grid as an image of one pixel per cell, scaled up without smoothing.
function fillCells(context, grid, value, colour) {
  const image = new ImageData(grid.columns, grid.rows);
  for (let r = 0, p = 0; r < grid.rows; r++)
    for (let c = 0; c < grid.columns; c++, p += 4) {
      const v = value(r, c), [red, green, blue] = colour(v);
      image.data.set([red, green, blue, Number.isNaN(v) ? 0 : 255], p);
    }
  const small = new OffscreenCanvas(grid.columns, grid.rows);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = grid.cell < 1;
  context.drawImage(small, grid.x, grid.y, grid.columns * grid.cell, grid.rows * grid.cell);
}

function rule(context, grid, theme) {
  const { x, y, rows, columns, cell } = grid;
  context.strokeStyle = css(theme.line, cell < 14 ? 0.5 : 1); context.lineWidth = 1;
  context.beginPath();
  for (let r = 0; r <= rows; r++) { context.moveTo(x, Math.round(y + r * cell) + 0.5); context.lineTo(x + columns * cell, Math.round(y + r * cell) + 0.5); }
  for (let c = 0; c <= columns; c++) { context.moveTo(Math.round(x + c * cell) + 0.5, y); context.lineTo(Math.round(x + c * cell) + 0.5, y + rows * cell); }
  context.stroke();
}

// Numbers of a grid, all or none: if one does not fit, the shades speak and the line below tells the number.
function writeNumbers(context, grid, value, colour, theme, quiet = () => false) {
  if (grid.cell < type.numbers) return false;
  context.font = cellFont(grid.cell, theme);
  const texts = [];
  for (let r = 0; r < grid.rows; r++)
    for (let c = 0; c < grid.columns; c++) {
      const v = value(r, c);
      if (Number.isNaN(v)) continue;
      const text = fitted(context, v, grid.cell - 3);
      if (text === null) return false;
      texts.push([text, r, c, v]);
    }
  context.textAlign = "center"; context.textBaseline = "middle";
  for (const [text, r, c, v] of texts) {
    context.fillStyle = css(inkOn(colour(v)), quiet(r, c) ? 0.65 : 1);
    context.fillText(text, grid.x + (c + 0.5) * grid.cell, grid.y + (r + 0.53) * grid.cell);
  }
  return true;
}

// Padding and cells that are cut off: hatched, so that nobody takes them for data.
function hatch(context, grid, outside, theme) {
  const { x, y, cell } = grid, gap = Math.max(4, Math.min(9, cell / 4));
  context.save(); context.beginPath();
  for (let r = 0; r < grid.rows; r++) for (let c = 0; c < grid.columns; c++) if (outside(r, c)) context.rect(x + c * cell, y + r * cell, cell, cell);
  context.clip();
  context.strokeStyle = css(theme.ink, 0.2); context.lineWidth = 1; context.beginPath();
  const w = grid.columns * cell, h = grid.rows * cell;
  for (let d = -h; d < w; d += gap) { context.moveTo(x + d, y + h); context.lineTo(x + d + h, y); }
  context.stroke(); context.restore();
}

function frameOf(scene, grid) {
  const { cell, x, y, panel } = grid;
  if (panel === "input" || panel === "unused") return [x + scene.left * cell, y + scene.top * cell, scene.width * cell, scene.height * cell];
  if (panel === "output") return [x + scene.cutLeft * cell, y + scene.cutTop * cell, scene.outWidth * cell, scene.outHeight * cell];
  return [x, y, grid.columns * cell, grid.rows * cell];
}

function paintGradient(context, scene, grid, theme) {
  const [, top] = extent(scene.gradient.values.map(Math.abs)), size = scene.height * scene.width;
  context.font = `600 ${14 * type.unit}px ${theme.font}`; context.textAlign = "left"; context.textBaseline = "top";
  for (let r = 0; r < scene.height; r++)
    for (let c = 0; c < scene.width; c++) {
      const g = scene.gradient.values[grid.index * size + r * scene.width + c];
      if (!g) continue;
      const x = grid.x + (c + scene.left) * grid.cell, y = grid.y + (r + scene.top) * grid.cell;
      context.fillStyle = css(GRADIENT, 0.3 + 0.5 * Math.abs(g) / (top || 1)); context.fillRect(x, y, grid.cell, grid.cell);
      const text = fitted(context, g, grid.cell - 6);
      if (grid.cell >= type.chips && text) { context.fillStyle = css(theme.ink); context.fillText(`∂ ${text}`, x + 3, y + 3); }
    }
}

function paintGrid(context, scene, grid, { theme, filter, colours }) {
  if (grid.panel === "patch") { rule(context, grid, theme); return; }
  const value = valuesOf(scene, grid, filter), colour = colours[hueOf[grid.panel]];
  const input = grid.panel === "input" || grid.panel === "unused";
  const outside = (r, c) => (input && isPadding(scene, r, c)) || (grid.panel === "output" && Number.isNaN(value(r, c)));
  fillCells(context, grid, value, (v) => colour(v));
  if (grid.cell >= 10 && !(scene.picture && grid.cell < 16)) rule(context, grid, theme);
  const numbers = grid.panel !== "thumb" && grid.panel !== "unused" && !(scene.picture && (input || grid.panel === "output"));
  if (input || grid.panel === "output") hatch(context, grid, outside, theme);
  if (input && scene.gradient) paintGradient(context, scene, grid, theme);
  if (numbers) grid.numbers = writeNumbers(context, grid, value, colour, theme, outside);
  const hue = HUES[hueOf[grid.panel]][0], [x, y, w, h] = frameOf(scene, grid);
  context.strokeStyle = hue; context.lineWidth = grid.panel === "thumb" || grid.panel === "unused" ? 1 : 2;
  context.strokeRect(Math.round(x), Math.round(y), Math.round(w), Math.round(h));
  if (grid.panel === "unused") { context.fillStyle = css(theme.page, 0.55); context.fillRect(x - 1, y - 1, w + 2, h + 2); }
}

function paintBase(context, scene, plan, look) {
  const { theme } = look;
  for (const { text, x, y, size, operator, head, panel } of plan.texts) {
    context.font = `${operator || head ? 600 : 400} ${size}px ${theme.font}`;
    context.textAlign = operator ? "center" : "left"; context.textBaseline = operator ? "middle" : "alphabetic";
    if (head) { context.fillStyle = HUES[panel][0]; context.fillRect(x, y - 0.75 * size, 0.75 * size, 0.75 * size); }
    context.fillStyle = css(theme.ink, operator || head ? 1 : 0.8);
    context.fillText(text, head ? x + 1.1 * size : x, y);
  }
  for (const grid of plan.grids) paintGrid(context, scene, grid, look);
}
