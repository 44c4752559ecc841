// What changes with the step (numbers not reached yet, the magnified window) and what moves with every frame.
const cellRect = (grid, row, column, rows = 1, columns = 1) =>
  [grid.x + column * grid.cell, grid.y + row * grid.cell, columns * grid.cell, rows * grid.cell];
const gridsOf = (plan, ...panels) => plan.grids.filter((g) => panels.includes(g.panel));

function outline(context, rect, colour, width, dash = []) {
  context.strokeStyle = colour; context.lineWidth = width; context.setLineDash(dash);
  context.strokeRect(...rect); context.setLineDash([]);
}
function chip(context, rect, text, look, whole = false) {
  const [x, y, w, h] = rect, high = 17 * type.unit;
  context.font = `600 ${14 * type.unit}px ${look.theme.font}`; context.textAlign = "center"; context.textBaseline = "middle";
  const width = Math.min(w - 2, context.measureText(text).width + 6), top = whole ? y + (h - high) / 2 : y + h - high - 1;
  const left = whole ? x + (w - width) / 2 : x + w - width - 1;
  context.fillStyle = ORANGE; context.fillRect(left, top, width, high);
  context.fillStyle = "#101418"; context.fillText(text, left + width / 2, top + 0.54 * high);
}

// Outputs that the window has not reached stay covered once it moves.
function paintCover(context, view) {
  const { scene, plan, look, shown } = view, [row, column] = placeOf(scene, shown);
  context.fillStyle = css(look.theme.page, COVER);
  for (const grid of gridsOf(plan, "output", "thumb")) {
    if (scene.transposed && grid.panel === "output") { paintStamped(context, view, grid); continue; }
    const [r, c, rows, columns] = scene.transposed
      ? [clampTo(row * scene.stride[0] - scene.cutTop, scene.outHeight), scene.outWidth - 1, scene.outHeight, scene.outWidth]
      : [row, column, grid.rows, grid.columns];
    const [x, y] = [grid.x + (c + 1) * grid.cell, grid.y + r * grid.cell];
    if (c + 1 < columns) context.fillRect(x, y, (columns - c - 1) * grid.cell, grid.cell);
    if (r + 1 < rows) context.fillRect(grid.x, y + grid.cell, columns * grid.cell, (rows - r - 1) * grid.cell);
  }
}
function paintStamped(context, { scene, look, filter, shown }, grid) {
  const { sums, touched } = stamped(scene, filter, shown), colour = look.colours.output, { theme } = look;
  const inside = { ...grid, x: grid.x + scene.cutLeft * grid.cell, y: grid.y + scene.cutTop * grid.cell, rows: scene.outHeight, columns: scene.outWidth };
  const value = (r, c) => (touched[r * scene.outWidth + c] ? sums[r * scene.outWidth + c] : NaN);
  context.fillStyle = css(theme.page);
  context.fillRect(inside.x + 1, inside.y + 1, inside.columns * grid.cell - 2, inside.rows * grid.cell - 2);
  fillCells(context, inside, value, (v) => colour(v));
  if (grid.cell >= 10) rule(context, inside, theme);
  if (grid.numbers) writeNumbers(context, inside, value, colour, theme);
}

// The window as the kernel sees it, large enough for its numbers.
function paintPatches(context, { scene, plan, look, filter, shown }) {
  const [y, x] = cellOf(scene, shown), colour = look.colours.input;
  for (const grid of gridsOf(plan, "patch")) {
    const { terms } = termsOf(scene, filter, y, x).find((g) => g.channel === grid.index), values = new Map();
    for (const t of terms) values.set(t.i * scene.kernel[1] + t.j, t);
    const value = (r, c) => values.get(r * scene.kernel[1] + c)?.x ?? NaN;
    const outside = (r, c) => { const t = values.get(r * scene.kernel[1] + c); return !t || isPadding(scene, t.row, t.column); };
    fillCells(context, grid, value, (v) => colour(v));
    rule(context, grid, look.theme); hatch(context, grid, outside, look.theme);
    writeNumbers(context, grid, value, colour, look.theme, outside);
    outline(context, [grid.x, grid.y, grid.columns * grid.cell, grid.rows * grid.cell], ORANGE, 3);
    if (scene.kind === "max") { const t = terms[winner(terms)]; outline(context, cellRect(grid, t.i, t.j), GREEN, 4); }
  }
}
function paintStep(context, view) {
  if (view.started) paintCover(context, view);
  paintPatches(context, view);
}

// The sliding window (transposed: the cell that is stamped and its stamp) at a place between two steps.
function paintWindow(context, view) {
  const { scene, plan, place, look } = view, [row, column] = place, { stride, dilation } = scene;
  const [h, w] = [span(scene, 0), span(scene, 1)];
  for (const grid of gridsOf(plan, "input", "output")) {
    const stamp = grid.panel === (scene.transposed ? "output" : "input");
    if (!stamp) {
      const r = scene.transposed ? row : row + scene.cutTop;
      outline(context, cellRect(grid, r, column), css(look.theme.ink), 3);
      continue;
    }
    const top = row * stride[0], left = column * stride[1], edge = grid.cell >= 26 ? 5 : grid.cell >= 12 ? 4 : 2;
    // no tint where numbers stand: they must stay as readable as outside the window
    context.fillStyle = grid.numbers ? "transparent" : "rgb(230 159 0 / 0.2)";
    if (dilation[0] === 1 && dilation[1] === 1) context.fillRect(...cellRect(grid, top, left, h, w));
    else eachTap(scene, (i, j) => {
      const rect = cellRect(grid, top + i * dilation[0], left + j * dilation[1]);
      context.fillRect(...rect);
      if (grid.cell >= 7) outline(context, rect, ORANGE, 2);
    });
    outline(context, cellRect(grid, top, left, h, w), ORANGE, edge, dilation[0] + dilation[1] > 2 ? [6, 4] : []);
    if (scene.weights && grid.cell >= type.chips && grid.panel === "input" && !view.hover) paintChips(context, view, grid, top, left);
    if (scene.transposed && grid.cell >= type.chips && view.still && !view.hover) paintAdded(context, view, grid, top, left);
    if (scene.kind === "max" && grid.panel === "input" && view.still && !view.hover) markWinner(context, view, grid);
  }
}
function paintChips(context, { scene, filter, look }, grid, top, left) {
  eachTap(scene, (i, j) => chip(context, cellRect(grid, top + i * scene.dilation[0], left + j * scene.dilation[1]),
    `×${short(number(weightAt(scene, filter, grid.index, i, j)))}`, look));
}
// Transposed: what the stamp adds to each cell, also to those that are cut off.
function paintAdded(context, { scene, filter, look, shown }, grid, top, left) {
  const [row, column] = placeOf(scene, shown);
  eachTap(scene, (i, j) => {
    const sum = channelsOf(scene, filter).reduce((all, c) => all + valueAt(scene, c, row, column) * weightAt(scene, filter, c, i, j), 0);
    chip(context, cellRect(grid, top + i * scene.dilation[0], left + j * scene.dilation[1]), `${sum < 0 ? "" : "+"}${short(number(sum))}`, look);
  });
}
function markWinner(context, { scene, filter, shown }, grid) {
  const [y, x] = cellOf(scene, shown), { terms } = termsOf(scene, filter, y, x)[0];
  if (!terms.length) return;
  const best = terms[winner(terms)], [a, b, w, h] = cellRect(grid, best.row, best.column);
  outline(context, [a + 3, b + 3, w - 6, h - 6], GREEN, Math.max(2, Math.min(4, grid.cell / 8)));
}

// The cell under the pointer (or the keyboard's cursor) and all that is joined to it.
function paintLinks(context, view) {
  const { scene, plan, hover, look, filter } = view, { links } = hover;
  if (!links) return;
  const dim = css(look.theme.ink);
  for (const grid of gridsOf(plan, "input", "unused")) {
    context.fillStyle = "rgb(230 159 0 / 0.3)";
    if (links.trace && grid.index === links.traceChannel) for (const t of links.trace) context.fillRect(...cellRect(grid, t.row, t.column));
    for (const cell of links.cells ?? []) {
      if (cell.channel !== undefined ? cell.channel !== grid.index : grid.panel === "unused") continue;
      const rect = cellRect(grid, cell.row, cell.column);
      outline(context, rect, cell.chip ? BLUE : dim, 3);
      if (cell.chip && scene.weights && grid.cell >= type.chips) chip(context, rect, `×${short(number(weightAt(scene, filter, grid.index, cell.i, cell.j)))}`, look);
    }
  }
  for (const grid of gridsOf(plan, "kernel", "written"))
    for (const { i, j, channel } of links.weights ?? []) {
      if (channel !== undefined && channel !== grid.index) continue;
      const [r, c] = grid.panel === "written" ? [scene.kernel[0] - 1 - i, scene.kernel[1] - 1 - j] : [i, j];
      outline(context, cellRect(grid, r, c), dim, 3);
    }
  for (const grid of gridsOf(plan, "output")) {
    context.fillStyle = "rgb(0 158 115 / 0.3)";
    if (links.trace && scene.transposed) for (const t of links.trace) context.fillRect(...cellRect(grid, t.y + scene.cutTop, t.x + scene.cutLeft));
    for (const { y, x, weight } of links.outputs ?? []) {
      const rect = cellRect(grid, y + scene.cutTop, x + scene.cutLeft);
      outline(context, rect, dim, 3);
      if (weight !== undefined && weight !== null && grid.cell >= type.numbers) chip(context, rect, `×${short(number(weight))}`, look, grid.cell < type.chips);
    }
  }
}
function paintFrame(context, view) {
  paintWindow(context, view);
  for (const grid of gridsOf(view.plan, "thumb")) if (grid.index === view.filter) outline(context, cellRect(grid, 0, 0, grid.rows, grid.columns), css(view.look.theme.ink), 3);
  if (view.hover) paintLinks(context, view);
}
