// The sliding window: state, clock and events. The server hears of a cell only when the student settles on it.
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2);

class Player extends Listener {
  constructor(root) {
    super();
    this.root = root; this.ui = build(root); this.settling = new Settling(root);
    Object.assign(this, { step: 0, shown: 0, place: [0, 0], from: [0, 0], glided: 1, started: false, playing: false, hover: null, cursor: null, filter: 0, sent: [] });
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.arrange({ force: false })));
    this.tick = (now) => this.frame(now);
    this.listen();
  }

  // New data: the same geometry keeps position, speed and playing; another one starts over at the server's cell.
  take(data, report) {
    this.report = report;
    const scene = readScene(data), same = this.scene?.geometry === scene.geometry && this.generation === data.generation;
    this.scene = scene; this.generation = data.generation;
    const echo = this.sent.lastIndexOf(String(data.cell)), told = String(data.cell) !== this.told;
    this.told = String(data.cell);
    if (echo >= 0) this.sent.splice(0, echo + 1);
    if (!same) this.startOver(data.cell);
    else if (told && echo < 0) this.go(stepOf(scene, data.cell[1], data.cell[2]), { glide: false, filter: data.cell[0] });
    this.cell = this.cell && same ? this.cell : data.cell.slice(1);
    const { ui } = this;
    ui.scrub.max = scene.steps - 1;
    ui.focusLabel.hidden = scene.filters < 2; ui.focusLabel.firstChild.textContent = scene.pooling ? "Channel" : "Filter";
    if (ui.focus.options.length !== scene.filters) ui.focus.replaceChildren(...Array.from({ length: scene.filters }, (_, o) => new Option(o, o)));
    ui.sum.lowest = same ? ui.sum.lowest : 0;
    if (!same) ui.sum.style.minHeight = "";
    this.observer.observe(this.root);
    this.arrange();
    if (this.settling.held) { this.settling.held = false; this.settle(); }
  }
  startOver(cell) {
    const { scene } = this;
    this.playing = false; this.started = false; this.hover = this.cursor = null; this.sent = [];
    this.filter = cell[0]; this.cell = cell.slice(1);
    this.step = this.shown = stepOf(scene, cell[1], cell[2]); this.place = this.from = placeOf(scene, this.step);
    const speed = SPEEDS.find((s) => scene.steps / s <= 24) ?? 1000;
    if (!this.chosen) this.ui.speed.value = scene.steps <= 16 ? 1 : speed;
  }
  get rate() { return Number(this.ui.speed.value); }

  arrange({ force = true } = {}) {
    const width = Math.floor(this.root.clientWidth);
    if (!width || !this.scene) return;
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
    const height = Math.max(250, Math.min(window.innerHeight * 0.52 * Math.min(unit, 1.2), 900)), key = `${width} ${height} ${this.scene.geometry} ${this.scene.flipped} ${devicePixelRatio} ${unit}`;
    if (key === this.arranged && !force) return;
    if (key !== this.arranged || this.plan.plan.filter !== this.filter) {
      setType(unit, height);
      this.plan = arrange(this.scene, { filter: this.filter, width, height }, key === this.arranged ? this.plan.plan : null);
      this.arranged = key;
      sizeCanvases(this.ui.canvases, this.plan);
      Object.assign(this.ui.stage.style, { width: `${width}px`, height: `${this.plan.height}px` });
      placePanels(this.ui.panels, this.plan, labelsOf(this.scene));
    }
    this.paint();
  }
  // Everything anew: after new data, another size, another theme.
  paint() {
    const { scene, ui } = this, theme = readTheme(this.root);
    if (!this.plan) return;
    const weights = scene.weights?.values ?? [];
    this.look = { theme, filter: this.filter, colours: { input: shade(scene.padded.values, "input", theme, scene.picture),
      kernel: shade(weights, "kernel", theme), output: shade(scene.output.values, "output", theme, scene.picture) } };
    paintBase(fresh(ui.canvases[0]), scene, this.plan, this.look);
    this.arrived();
  }
  // The window has come to rest on a step: numbers appear.
  arrived() {
    this.shown = this.step;
    paintStep(fresh(this.ui.canvases[1]), this);
    Object.assign(this.root.dataset, { step: this.shown, playing: this.playing });
    this.count(); this.tell(); this.draw();
  }
  draw() { paintFrame(fresh(this.ui.canvases[2]), this); }
  get still() { return this.place[0] === placeOf(this.scene, this.shown)[0] && this.place[1] === placeOf(this.scene, this.shown)[1]; }

  count() {
    const { ui, scene } = this;
    ui.count.textContent = `${this.step + 1} / ${scene.steps}`; ui.scrub.value = this.step;
    ui.scrub.setAttribute("aria-valuetext", `step ${this.step + 1} of ${scene.steps}`);
    ui.focus.value = this.filter;
    setIcon(ui.play, this.playing ? "pause" : "play", this.playing ? "Pause (space)" : "Play (space)");
  }
  tell() {
    const { ui, scene, hover } = this, now = performance.now();
    // faster than anyone reads: a sum ten times a second is enough, and keeps the frames free
    if (this.playing && now - (this.toldAt ?? 0) < 100) return;
    this.toldAt = now;
    const room = Math.max(12, this.root.clientWidth / (0.5 * parseFloat(getComputedStyle(ui.sum).fontSize)) - 23);
    ui.sum.setAttribute("aria-live", this.playing ? "off" : "polite");
    const links = hover?.links;
    if (links?.words) write(ui.sum, [links.words]);
    else if (links?.sum) write(ui.sum, sumLines(scene, this.filter, ...links.sum, room));
    else if (scene.transposed && this.started) write(ui.sum, stampLines(scene, this.filter, this.shown, room));
    else write(ui.sum, sumLines(scene, this.filter, ...this.cell, room));
  }

  // Move to a step. `glide` draws the way; `settle` reports once the student has stopped.
  go(step, { glide = true, settle = false, filter = this.filter, cell = null } = {}) {
    const { scene } = this, before = this.place, target = placeOf(scene, (this.step = clampTo(step, scene.steps)));
    this.cell = cell ?? cellOf(scene, this.step);
    const moved = filter !== this.filter;
    this.filter = filter;
    const near = Math.abs(before[0] - target[0]) + Math.abs(before[1] - target[1]) <= 2;
    this.from = before; this.glided = glide && near && !still.matches && !(this.playing && this.rate > 20) ? 0 : 1;
    if (moved) this.arrange();
    if (this.glided) { this.place = target; this.arrived(); } else { this.count(); this.run(); }
    if (settle) this.settle();
  }
  settle() {
    this.settling.later(() => {
      const cell = [this.filter, ...this.cell];
      if (String(cell) === this.reported) return;
      this.reported = String(cell); this.sent.push(this.reported);
      this.report.setStateValue("cell", [...cell, this.generation]);
    });
  }
  run() { if (!this.request) { this.last = performance.now(); this.request = requestAnimationFrame(this.tick); } }
  frame(now) {
    const elapsed = Math.min(now - this.last, 250), period = this.playing ? 1000 / this.rate : 300;
    this.last = now;
    if (this.glided < 1) {
      this.glided = Math.min(1, this.glided + elapsed / Math.min(0.65 * period, 320));
      const target = placeOf(this.scene, this.step), t = ease(this.glided);
      this.place = target.map((to, k) => this.from[k] + (to - this.from[k]) * t);
      if (this.glided === 1) this.arrived(); else this.draw();
    }
    if (this.playing) this.advance(elapsed * this.rate / 1000);
    this.request = this.playing || this.glided < 1 ? requestAnimationFrame(this.tick) : 0;
  }
  advance(steps) {
    this.due += steps;
    if (this.due < 1) return;
    const ahead = Math.floor(this.due);
    this.due -= ahead;
    if (this.step >= this.scene.steps - 1) this.pause();
    else this.go(this.step + ahead, { glide: placeOf(this.scene, this.step + ahead)[0] === placeOf(this.scene, this.step)[0] });
  }
  play() {
    if (this.step >= this.scene.steps - 1) { this.started = true; this.go(0, { glide: false }); }
    this.playing = this.started = true; this.due = 0; this.clear();
    this.arrived(); this.run();
  }
  pause() { this.playing = false; this.root.dataset.playing = false; this.count(); this.tell(); this.settle(); }
  // A step by hand stops the playing and covers what has not been reached.
  by(step, glide = true) {
    this.playing = false; this.started = true; this.clear();
    this.go(step, { glide, settle: true });
  }
  clear() { this.hover = this.cursor = null; }
  stop() {
    cancelAnimationFrame(this.request); this.request = 0; this.observer.disconnect(); this.settling.stop();
  }
}

const players = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".window");
  if (!players.has(root)) players.set(root, new Player(root));
  const player = players.get(root);
  player.take(data, { setStateValue, setTriggerValue });
  return () => player.stop();
}
