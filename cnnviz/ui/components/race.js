// The race: state, clock and drawing. Every walk is done here; the server hears of start, step and rule once they rest.
class Racer extends Steering {
  constructor(root) {
    super();
    this.root = root; this.ui = frame(root); this.settling = new Settling(root);
    Object.assign(this, { hidden: new Set(), sent: [], playing: false, step: 0, due: 0, grabbed: false, hover: null, turned: { azimuth: -0.6, elevation: 0.62 } });
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.arrange({ force: false })));
    this.tick = (now) => this.frame(now);
    this.listen();
  }

  take(data, report) {
    this.report = report;
    const before = this.scene, walks = JSON.stringify([data.landscape, data.parameters, data.program, data.domain]);
    const fresh_ = !before || data.generation !== this.generation || data.landscape !== before.landscape;
    const atEnd = !before || this.step >= before.steps;
    this.scene = data; this.generation = data.generation; this.goal = data.goal;
    this.surface = landscapeOf(data);
    const packed = { steps: data.steps, factors: data.factors && unpacked(data.factors, Float64Array), noise: data.noise && unpacked(data.noise, Float64Array) };
    this.runners = data.runners.map((runner, place) => readRunner(runner, place, packed));
    keys(this.ui, this.runners, (place) => this.toggle(place));
    this.ui.scrub.max = data.steps;
    if (!this.paced) this.ui.speed.value = PACES.find((pace) => data.steps / pace <= 10) ?? PACES.at(-1);
    this.adopt(data, fresh_, atEnd);
    if (walks !== this.walks) { this.walks = walks; this.field = sampled(this.surface, data.domain, data.minima); this.arranged = ""; }
    this.observer.observe(this.root);
    this.race(); this.arrange({ force: true });
    if (this.untold) this.settle(); // what was about to be told when the page was drawn anew
  }
  // Our own words come back: we may be further by now. Anything else that is new wins.
  adopt({ view, steps }, fresh_, atEnd) {
    const words = JSON.stringify(view), echo = this.sent.lastIndexOf(words);
    if (fresh_ || (echo < 0 && words !== this.seen && !this.grabbed)) {
      this.settling.stop(); this.untold = false;
      Object.assign(this, { start: view.start, step: Math.min(view.step ?? steps, steps), place: Math.min(view.runner, this.runners.length - 1), sent: [], playing: false });
    } else {
      if (echo >= 0) this.sent.splice(0, echo + 1);
      if ((atEnd && !this.playing) || this.step > steps) this.step = steps;
      this.place = Math.min(this.place, this.runners.length - 1);
    }
    this.seen = words;
  }
  get moving() { return this.playing || this.grabbed || Boolean(this.turning); }
  get view() { return { start: this.start, step: this.step >= this.scene.steps ? null : this.step, runner: this.place }; }
  settle() {
    this.untold = true;
    this.settling.later(() => {
      this.untold = false; this.tellLive();
      const words = JSON.stringify(this.view);
      if (words === (this.sent.at(-1) ?? this.seen)) return;
      this.sent = [...this.sent.slice(-20), words];
      this.report.setStateValue("view", { ...this.view, generation: this.generation });
    });
  }

  // All walks anew, and where they are on the pictures.
  race() {
    const began = performance.now();
    this.runs = this.runners.map((runner) => walked(runner, this.surface, this.start, this.goal));
    this.show();
    this.root.dataset.took = (performance.now() - began).toFixed(2);
    this.stale = true;
  }
  show() {
    this.shown = this.runs.filter(({ runner }) => !this.hidden.has(runner.title));
    this.chosen = this.runs[this.place]; this.hover = null;
    // the chosen rule is drawn last, on top
    this.shown.sort((a, b) => (a === this.chosen) - (b === this.chosen));
    if (this.plan) this.onPictures();
  }
  onPictures() {
    for (const run of this.runs) run.at = placed(run, this.plan);
    const { steps } = this.scene, { width, height, type } = this.room;
    this.chart = chartOf(this.shown.length ? this.shown : this.runs, { steps, goal: this.goal, scale: this.field.scale, width, height, type });
    for (const run of this.runs) run.cut = cutAt(this.chart, run);
  }

  arrange({ force }) {
    const width = Math.floor(this.root.clientWidth), { ui, scene } = this;
    if (!width || !scene) return;
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1, type = Math.round(14 * unit), ratio = window.devicePixelRatio || 1;
    const key = `${width} ${window.innerHeight} ${ratio} ${unit}`;
    if (key === this.arranged && !force) return;
    const moved = key !== this.arranged, narrow = width < 640 * unit, gap = narrow ? 0 : 16;
    this.arranged = key;
    const high = Math.max(260, Math.min(window.innerHeight * 0.5, 620)), most = narrow ? width : Math.floor(width * 0.6);
    const tall = narrow ? Math.min(high, width * 0.95) : high;
    this.plan = planeOf(scene, most, tall, type);
    const right = narrow ? width : width - this.plan.width - gap;
    const column = narrow ? Math.round(0.62 * width) : Math.round(this.plan.height * 0.61);
    this.room = { width: right, height: narrow ? Math.max(170, 0.5 * width) : this.plan.height - column, type };
    const theme = readTheme(this.root), colours = unpacked(scene.colours);
    this.look = { theme, bands: bandColours(colours, theme), shades: shadesOf(colours, theme), wrong: theme.dark ? mix(parseColour(WRONG), [255, 255, 255], 0.25) : mix(parseColour(WRONG), [0, 0, 0], 0.2),
      runners: this.runners.map(({ colour }) => lit(parseColour(colour, theme.ink), theme)) };
    if (moved) { sized(ui.plane, this.plan.width, this.plan.height); sized(ui.surface, right, column); sized(ui.chart, right, this.room.height); }
    ui.pictures.classList.toggle("narrow", narrow);
    paintPlane(ui.plane.firstChild, this.plan, { field: this.field, look: this.look, ratio });
    this.size = [right, column];
    this.axes = "";
    this.onPictures(); this.turn(0, 0);
  }
  turn(azimuth, elevation) {
    const { turned } = this;
    turned.azimuth = (turned.azimuth + azimuth) % (2 * Math.PI);
    turned.elevation = Math.min(1.35, Math.max(0.2, turned.elevation + elevation));
    this.turnedAnew = true;
    this.touch();
  }
  moveStart(x, y) {
    const { left, right, bottom, top } = this.plan;
    const round = (v, low, high) => Number(Math.min(high, Math.max(low, v)).toFixed(Math.max(0, Math.ceil(3 - Math.log10(high - low)))));
    this.start = [round(x, left, right), round(y, bottom, top)];
    this.moved = true;
    this.touch();
  }
  choose(place) { this.place = place; this.show(); this.touch(); this.settle(); }
  toggle(place) {
    const { title } = this.runners[place];
    if (!this.hidden.delete(title)) this.hidden.add(title);
    if (this.hidden.has(this.runners[this.place].title)) this.place = Math.max(0, this.runners.findIndex((runner) => !this.hidden.has(runner.title)));
    this.stale = true;
    this.choose(this.place);
  }

  touch() { if (!this.request) { this.last = performance.now(); this.request = requestAnimationFrame(this.tick); } }
  frame(now) {
    if (this.moved) { this.moved = false; this.race(); }
    if (this.playing) this.advance(Math.min(now - this.last, 250));
    this.last = now;
    if (this.turnedAnew) this.look3d();
    this.draw();
    this.request = this.playing ? requestAnimationFrame(this.tick) : 0;
  }
  look3d() {
    this.turnedAnew = false;
    this.viewpoint = Object.assign(viewOf(this.turned, ...this.size), { type: this.room.type });
    paintSurface(this.ui.surface.firstChild, this.viewpoint, this);
    this.hiddenPoints = hiddenOf(this.field, this.viewpoint);
    this.root.dataset.turned = `${this.turned.azimuth.toFixed(3)} ${this.turned.elevation.toFixed(3)}`;
  }
  draw() {
    const { ui } = this;
    paintPaths(ui.plane.children[1], this);
    paintLaid(ui.surface.children[1], this);
    const axes = [this.chart.log, this.chart.low, this.chart.high, this.chart.steps, this.goal].join();
    if (axes !== this.axes) { this.axes = axes; paintAxes(ui.chart.children[0], this); }
    paintChart(ui.chart.children[1], this);
    ui.handle.style.transform = `translate(${this.plan.toX(this.start[0])}px, ${this.plan.toY(this.start[1])}px)`;
    this.tell();
  }
  tell() {
    const { ui, root, step, scene, moving } = this, now = performance.now();
    Object.assign(root.dataset, { step, playing: this.playing, start: this.start.join(" ") });
    if (moving && now - (this.toldAt ?? 0) < 80) return; // faster than anyone reads
    this.toldAt = now;
    ui.scrub.value = step; put(ui.count, `${step} / ${scene.steps}`);
    ui.scrub.setAttribute("aria-valuetext", `step ${step} of ${scene.steps}`);
    setIcon(ui.play, this.playing ? "pause" : "play", this.playing ? "Pause (space)" : "Play the race (space)");
    ui.chosen.value = this.place;
    const { run, k } = this.hover ?? { run: this.chosen, k: step };
    put(ui.words, equation(run, k, this.surface));
    if (this.stale) { this.stale = false; writeKeys(ui, this); }
    if (moving) return;
    const words = describe({ ...this, scene, start: this.start, runs: this.shown, goal: this.goal });
    for (const part of [ui.plane, ui.surface, ui.chart]) part.setAttribute("aria-label", words[part.classList[0] === "losses" ? "chart" : part.classList[0]]);
  }
  tellLive() { if (!this.playing && !this.grabbed) put(this.ui.live, `${equation(this.chosen, this.step, this.surface)}. ${summary(this.shown, this.start, this.goal)}`); }

  advance(elapsed) {
    this.due += (elapsed * Number(this.ui.speed.value)) / 1000;
    const ahead = Math.floor(this.due);
    this.due -= ahead;
    this.step = Math.min(this.scene.steps, this.step + ahead);
    if (this.step >= this.scene.steps) this.pause();
  }
  play() {
    if (this.step >= this.scene.steps) this.step = 0;
    this.playing = true; this.due = 0; this.hover = null;
    this.touch();
  }
  pause() { this.playing = false; this.touch(); this.settle(); }
  by(step) {
    this.playing = false; this.hover = null;
    this.step = Math.min(this.scene.steps, Math.max(0, step));
    this.touch(); this.settle();
  }
  stop() { cancelAnimationFrame(this.request); this.request = 0; this.observer.disconnect(); this.settling.stop(); }
}
// A colour that is seen on the page: the darkest two of the categories are lightened on a dark one.
const lit = (rgb, theme) => (theme.dark ? mix(rgb, [255, 255, 255], luminance(rgb) < 0.08 ? 0.5 : 0.15) : rgb);

const racers = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".race");
  if (!racers.has(root)) racers.set(root, new Racer(root));
  const racer = racers.get(root);
  racer.take(data, { setStateValue });
  return () => racer.stop();
}
