// Pointer and keys. A class to build the player on, so that both stay short.
class Listener {
  listen() {
    const { ui, root } = this, { stage } = ui;
    ui.play.onclick = () => (this.playing ? this.pause() : this.play());
    ui.step.onclick = () => this.by(this.step + 1);
    ui.back.onclick = () => this.by(this.step - 1);
    ui.restart.onclick = () => this.by(0, false);
    ui.scrub.oninput = () => this.by(Number(ui.scrub.value), false);
    ui.speed.onchange = () => { this.chosen = true; };
    ui.focus.onchange = () => this.go(this.step, { filter: Number(ui.focus.value), glide: false, settle: true });
    stage.onpointermove = (event) => this.point(this.hit(event));
    stage.onpointerleave = () => this.point(null);
    stage.onpointerdown = (event) => this.press(event);
    stage.ondblclick = (event) => this.edit(this.hit(event));
    root.onkeydown = (event) => this.key(event);
    // a change of theme changes the inherited colour: repaint when it has
    root.ontransitionend = (event) => { if (event.target === root) this.arrange(); };
    for (const [name, node] of Object.entries(ui.panels)) {
      node.onfocus = () => { if (node.matches(":focus-visible")) this.enter(name); };
      node.onblur = () => { if (!this.editing) { this.cursor = null; this.point(null); } };
    }
    ui.field.onkeydown = (event) => this.typed(event);
    ui.field.onblur = () => this.closeField(false, false);
  }

  // The grid cell under the pointer.
  hit(event) {
    const area = this.ui.stage.getBoundingClientRect(), x = event.clientX - area.left, y = event.clientY - area.top;
    const grid = this.plan?.grids.find((g) => x >= g.x && y >= g.y && x < g.x + g.columns * g.cell && y < g.y + g.rows * g.cell);
    return grid ? { panel: grid.panel, index: grid.index, grid, row: Math.floor((y - grid.y) / grid.cell), column: Math.floor((x - grid.x) / grid.cell) } : null;
  }
  // A cell of the magnified window is the cell of the input that is seen there.
  real(target) {
    if (target?.panel !== "patch") return target;
    const [y, x] = cellOf(this.scene, this.shown), { stride, dilation } = this.scene;
    return { ...target, panel: "input", row: y * stride[0] + target.row * dilation[0], column: x * stride[1] + target.column * dilation[1] };
  }
  point(found) {
    const target = this.real(found), name = (t) => (t ? `${t.panel} ${t.index} ${t.row} ${t.column}` : "");
    if (name(target) === name(this.hover) || this.playing) return;
    const links = target && linksOf(this.scene, target, this);
    this.hover = links ? { ...target, links } : null;
    this.root.dataset.hover = name(this.hover);
    this.tell(); this.draw();
  }
  press(event) {
    const found = this.hit(event), target = this.real(found), { scene } = this;
    if (!target || event.target === this.ui.field) return;
    const name = Object.keys(PANELS).find((key) => PANELS[key].includes(target.panel));
    if (name && !this.ui.panels[name].hidden) { event.preventDefault(); this.ui.panels[name].focus({ preventScroll: true }); }
    this.playing = false; this.cursor = found === target ? target : null;
    if (target.panel === "thumb") this.go(this.step, { filter: target.index, glide: false, settle: true });
    if (target.panel === "unused") this.go(this.step, { filter: target.index * (scene.filters / scene.channels) | 0, glide: false, settle: true });
    if (target.panel === "output") this.jump(target.row - scene.cutTop, target.column - scene.cutLeft);
    if (target.panel === "input") this.go(stepAround(scene, target.row, target.column), { settle: true });
    this.point(target);
  }
  jump(y, x) {
    if (!within(y, this.scene.outHeight) || !within(x, this.scene.outWidth)) return;
    this.go(stepOf(this.scene, y, x), { settle: true, cell: [y, x] });
  }

  enter(name) {
    if (name === "output" || PANELS[name].includes(this.cursor?.panel)) return;
    const grid = gridsOf(this.plan, name)[0], scene = this.scene;
    if (grid) this.moveTo({ panel: name, index: grid.index, grid, row: name === "input" ? scene.top : 0, column: name === "input" ? scene.left : 0 });
  }
  moveTo(target) { this.cursor = target; this.point(target); }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.composedPath()[0].matches("select, input")) return;
    const panel = event.composedPath()[0].dataset?.panel, onButton = event.composedPath()[0].matches("button");
    const arrow = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === " " && onButton) return;
    const done = () => event.preventDefault();
    if (arrow && (panel === "input" || panel === "kernel") && this.cursor) { done(); this.moveCursor(...arrow); }
    else if (arrow) { done(); this.by(this.step + arrow[0] * this.scene.walkColumns + arrow[1]); }
    else if (event.key === " ") { done(); this.ui.play.onclick(); }
    else if (event.key === "Home") { done(); this.by(0, false); }
    else if (event.key === "End") { done(); this.by(this.scene.steps - 1, false); }
    else if (event.key === "PageDown" || event.key === "PageUp") { if (this.turn(event.key === "PageDown" ? 1 : -1, panel)) done(); }
    else if (event.key === "Enter" && panel && this.cursor) { done(); this.edit(this.cursor); }
  }
  moveCursor(down, right) {
    const { grid, row, column } = this.cursor;
    this.moveTo({ ...this.cursor, row: clampTo(row + down, grid.rows), column: clampTo(column + right, grid.columns) });
  }
  // Page keys: the next channel in the input and the kernel, the next filter elsewhere.
  turn(by, panel) {
    if ((panel === "input" || panel === "kernel") && this.cursor) {
      const grids = gridsOf(this.plan, ...PANELS[panel]), k = grids.indexOf(this.cursor.grid), grid = grids[clampTo(k + by, grids.length)];
      this.moveTo({ panel: grid.panel, index: grid.index, grid, row: clampTo(this.cursor.row, grid.rows), column: clampTo(this.cursor.column, grid.columns) });
      return true;
    }
    if (this.scene.filters < 2) return false;
    this.go(this.step, { filter: clampTo(this.filter + by, this.scene.filters), glide: false, settle: true });
    return true;
  }

  // Which number of the scene a cell shows, as the student's arrays count; null where nothing can be written.
  editable(target) {
    const { scene } = this, { panel, index, row, column } = target ?? {};
    if (!scene.editable || !panel) return null;
    if (panel === "input") return isPadding(scene, row, column) ? null
      : { which: "input", index: [index, row - scene.top, column - scene.left], value: valueAt(scene, index, row, column) };
    if (panel === "bias") return { which: "bias", index: [this.filter], value: biasAt(scene, this.filter) };
    if (panel !== "kernel" && panel !== "written") return null;
    const [i, j] = panel === "written" ? [scene.kernel[0] - 1 - row, scene.kernel[1] - 1 - column] : [row, column];
    return { which: "weights", index: weightIndex(scene, this.filter, index, i, j), value: weightAt(scene, this.filter, index, i, j) };
  }
  edit(found) {
    const target = this.real(found), what = this.editable(target), { field } = this.ui;
    if (!what) return;
    const { grid } = found, size = Math.max(grid.cell, 72);
    const x = grid.x + (found.column + 0.5) * grid.cell - size / 2, y = grid.y + (found.row + 0.5) * grid.cell - 18;
    Object.assign(field.style, { left: `${Math.max(0, x)}px`, top: `${Math.max(0, y)}px`, width: `${size}px` });
    this.editing = { ...what, back: this.ui.panels[what.which === "input" ? "input" : "kernel"] };
    field.hidden = false; field.value = Number(what.value.toPrecision(6)); field.focus(); field.select();
  }
  typed(event) {
    event.stopPropagation();
    if (event.key === "Enter") { event.preventDefault(); this.closeField(true); }
    if (event.key === "Escape") { event.preventDefault(); this.closeField(false); }
  }
  // Back to the cell after a key; a click elsewhere (blur) has already moved on.
  closeField(commit, back = true) {
    const { field } = this.ui, { editing, cursor } = this, value = field.valueAsNumber;
    if (!editing) return;
    this.editing = null;
    if (back) { editing.back.focus({ preventScroll: true }); if (cursor) this.moveTo(cursor); }
    field.hidden = true;
    if (!commit || !Number.isFinite(value) || value === editing.value) return;
    // A message sent before the answer is here would carry the menus as they were, and undo the edit.
    this.settling.held = true; this.settle();
    this.report.setTriggerValue("edit", { which: editing.which, index: editing.index, value });
  }
}
