// The units of a layer as tiles on one canvas that scrolls: hover reads them off, a click or the arrow keys choose one.
const STATES = new WeakMap(), NAMES = { maps: "feature maps", unit: "unit", layer: "layer", network: "network" };

class Sprites {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form"); this.fields = this.form.elements;
    this.scroll = root.querySelector(".scroll"); this.all = root.querySelector(".all");
    this.canvas = this.scroll.querySelector("canvas"); this.read = root.querySelector(".read");
    this.settling = new Settling(root);
    this.form.onsubmit = (event) => event.preventDefault();
    this.form.oninput = (event) => this.changed(event.target.name);
    this.scroll.onscroll = () => this.draw();
    this.canvas.onpointermove = (event) => this.point(this.position(event));
    this.canvas.onpointerleave = () => this.point(-1);
    this.canvas.onclick = (event) => { const at = this.position(event); if (at >= 0) this.pick(this.order[at], 0); };
    this.canvas.onkeydown = (event) => this.key(event);
    this.watcher = new ResizeObserver(() => { if (this.sheet && this.scroll.clientWidth !== this.width) this.lay(); });
  }
  show({ sheet, view, chosen, generation }, report) {
    this.report = report;
    this.watcher.observe(this.scroll);
    const told = JSON.stringify([view, generation]);
    if (told !== this.told) { this.told = told; this.view = { ...view }; }
    if (sheet.key !== this.sheet?.key) this.take(sheet);
    if (chosen !== this.sent) { this.chosen = this.sent = chosen; this.reveal = true; }
    this.options();
    this.colour();
    this.lay();
  }
  take(sheet) {
    const floats = (text) => unpacked(text, Float32Array);
    const low = floats(sheet.low), high = floats(sheet.high);
    this.sheet = { ...sheet, low, high, means: floats(sheet.means), peaks: floats(sheet.peaks), maps: unpacked(sheet.maps),
      lowest: low.reduce((a, b) => Math.min(a, b), Infinity), highest: high.reduce((a, b) => Math.max(a, b), -Infinity),
      tables: sheet.tables.map((text) => unpacked(text)),
      orders: Object.fromEntries(Object.entries(sheet.orders).map(([name, [title, units]]) => [name, [title, unpacked(units, Uint16Array)]])),
      kernels: sheet.kernels && { ...sheet.kernels, values: floats(sheet.kernels.values) } };
    this.size = 0; this.painted = ""; this.hover = -1; this.scroll.scrollTop = 0;
    this.canvas.setAttribute("aria-label", sheet.label);
  }
  options() {
    const { kernels, orders } = this.sheet;
    const fill = (name, entries) => {
      const select = this.fields[name], text = JSON.stringify(entries);
      if (select.dataset.text !== text) { select.replaceChildren(...entries.map(([value, title]) => new Option(title, value))); select.dataset.text = text; }
      select.value = entries.some(([value]) => value === this.view[name]) ? this.view[name] : entries[0][0];
    };
    fill("show", [["maps", NAMES.maps], ...(kernels ? [["kernels", kernels.words]] : [])]);
    fill("scale", ["unit", "layer", "network"].map((name) => [name, NAMES[name]]));
    fill("order", Object.entries(orders).map(([name, [title]]) => [name, title]));
  }
  changed(name) {
    if (name === "size") { this.size = Number(this.fields.size.value); this.lay(); return; }
    this.view = { show: this.fields.show.value, scale: this.fields.scale.value, order: this.fields.order.value };
    if (name === "show") this.size = 0;
    this.colour(); this.lay();
    this.report.setStateValue("view", { ...this.view });
  }
  get kernels() { return this.fields.show.value === "kernels"; }
  colour() {
    const { scale } = this.view, now = `${this.sheet.key} ${this.kernels} ${scale}`;
    this.order = this.sheet.orders[this.fields.order.value][1];
    if (now === this.painted) return;
    this.painted = now;
    this.atlas = this.kernels ? kernelAtlas(this.sheet, scale) : mapAtlas(this.sheet, scale);
  }
  lay() {
    this.width = this.scroll.clientWidth;
    if (!this.width) return;
    this.layout = new Layout(this.sheet.units, this.atlas.columns / this.atlas.rows, this.width);
    const room = clamp(window.innerHeight - 370, 240, 900);
    if (this.size) this.layout.set(this.size); else this.layout.fit(room);
    this.fields.size.value = this.layout.wide;
    this.scroll.style.height = `${Math.min(room, this.layout.height)}px`;
    this.all.style.height = `${this.layout.height}px`;
    if (this.reveal) { this.reveal = false; this.intoView(); }
    this.draw();
    this.say();
  }
  draw() {
    const { layout, canvas } = this, sharp = window.devicePixelRatio || 1, height = this.scroll.clientHeight, top = this.scroll.scrollTop;
    canvas.width = Math.round(this.width * sharp); canvas.height = Math.round(height * sharp);
    canvas.style.width = `${this.width}px`; canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d"), style = getComputedStyle(canvas);
    context.scale(sharp, sharp); context.imageSmoothingEnabled = false;
    const [first, last] = layout.between(top, top + height);
    for (let position = first; position < last; position++) {
      const unit = this.order[position], [x, y] = layout.place(position);
      this.atlas.copy(context, unit, x, y - top, layout.wide, layout.high);
      context.lineWidth = 1; context.strokeStyle = style.color; context.globalAlpha = 0.2;
      context.strokeRect(x + 0.5, y - top + 0.5, layout.wide - 1, layout.high - 1);
      context.globalAlpha = 1;
    }
    for (const [unit, width] of [[this.hover, 2], [this.chosen, 4]]) this.frame(context, unit, width, style.getPropertyValue("--mark"));
  }
  frame(context, unit, width, colour) {
    const position = this.order.indexOf(unit);
    if (position < 0) return;
    const [x, y] = this.layout.place(position);
    context.lineWidth = width; context.strokeStyle = colour;
    context.strokeRect(x, y - this.scroll.scrollTop, this.layout.wide, this.layout.high);
  }
  position(event) {
    const area = this.canvas.getBoundingClientRect();
    return this.layout.under(event.clientX - area.left, event.clientY - area.top + this.scroll.scrollTop);
  }
  point(position) {
    const unit = position < 0 ? -1 : this.order[position];
    if (unit === this.hover) return;
    this.hover = unit;
    this.draw(); this.say();
  }
  // Choose a unit: at once here, and on the server when the student has settled.
  pick(unit, wait) {
    this.chosen = this.sent = unit;
    this.intoView(); this.draw(); this.say();
    const tell = () => this.report.setTriggerValue("picked", String(unit));
    if (wait) this.settling.later(tell); else { this.settling.stop(); tell(); }
  }
  key(event) {
    const { across, count } = this.layout, now = this.order.indexOf(this.chosen), step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? count - 1 : step === undefined ? -1 : clamp(now + step, 0, count - 1);
    if (next < 0) return;
    event.preventDefault();
    this.hover = -1;
    this.pick(this.order[next], 1);
  }
  intoView() {
    const position = this.order.indexOf(this.chosen), height = this.scroll.clientHeight;
    if (position < 0 || !this.layout) return;
    const [, y] = this.layout.place(position), top = this.scroll.scrollTop;
    if (y < top) this.scroll.scrollTop = y;
    if (y + this.layout.high > top + height) this.scroll.scrollTop = y + this.layout.high + GAP - height;
  }
  say() {
    const { sheet } = this, unit = this.hover >= 0 ? this.hover : this.chosen, known = unit >= 0 && unit < sheet.units;
    this.read.textContent = known ? `Unit ${unit}: mean ${number(sheet.means[unit])}, strongest ${number(sheet.peaks[unit])}` : "";
    const scale = this.root.querySelector(".scale"), ends = mapEnds(sheet, this.view.scale, known ? unit : 0);
    scale.hidden = this.kernels;
    scale.querySelector(".low").textContent = number(ends[0]); scale.querySelector(".high").textContent = number(ends[1]);
    const ramp = scale.querySelector("canvas");
    if (ramp.dataset.key !== sheet.key) { ramp.dataset.key = sheet.key; paintBar(ramp, sheet.tables[sheet.signed ? 1 : 0], sheet.signed); }
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".sprites");
  if (!STATES.has(root)) STATES.set(root, new Sprites(root));
  const drawn = STATES.get(root);
  drawn.show(data, { setStateValue, setTriggerValue });
  return () => drawn.watcher.disconnect();
}
