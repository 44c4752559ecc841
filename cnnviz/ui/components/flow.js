// Bars from the output back to the first layer, and lines to compare with.
const STATES = new WeakMap(), LEFT = 74, RIGHT = 16, TOP = 26, BOTTOM = 64;
const positive = (v) => v !== null && v > 0;
const own = (colour) => colour || "var(--st-text-color)";

class Flow {
  constructor(root) {
    this.root = root; this.svg = root.querySelector(".root > svg"); this.read = root.querySelector(".read"); this.legend = root.querySelector(".legend");
    this.settling = new Settling(root);
    this.svg.onpointermove = (event) => this.look(this.under(event) ?? this.chosen);
    this.svg.onpointerleave = () => this.look(this.chosen);
    this.svg.onclick = (event) => { const at = this.under(event); if (at !== null) { this.choose(at); this.settling.now(); } };
    this.svg.onkeydown = (event) => this.key(event);
    this.watch = new ResizeObserver(() => this.draw());
  }
  show(data, tell) {
    this.tell = tell;
    // an answer to an older choice must not take back a newer one
    if (!this.settling.tell || data.generation !== this.data?.generation) this.chosen = Math.max(0, data.bars.layers.indexOf(data.chosen));
    this.data = data;
    this.chosen = Math.min(this.chosen, data.bars.layers.length - 1);
    this.watch.observe(this.root);
    this.draw();
  }
  // The range of the y axis: whole decades that hold all that is positive, or 0 to 1.
  range() {
    const { bars, lines } = this.data;
    if (!bars.log) return [0, 1];
    const all = [bars.values, ...lines.map((line) => line.values)].flat().filter(positive).map(Math.log10);
    if (!all.length) return [0.1, 10];
    const [least, most] = [Math.min(...all), Math.max(...all)];
    // room below the smallest, so that its bar can be seen
    let low = Math.floor(least - Math.max(0.5, 0.04 * (most - least))), high = Math.ceil(most + 0.1);
    while (high - low < 3) { low -= 1; if (high - low < 3) high += 1; }
    return [10 ** low, 10 ** high];
  }
  draw() {
    const { svg, data } = this, { bars, lines } = data, width = Math.max(280, this.root.clientWidth), { height } = data;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height);
    svg.setAttribute("aria-label", `${data.label} Arrow keys choose a layer.`);
    const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    const [low, high] = this.range(), most = Math.max(bars.values.length, ...lines.map((line) => line.values.length));
    this.step = (box.right - box.left) / most;
    this.x = (k) => box.left + (k + 0.5) * this.step;
    this.y = between(low, high, { log: bars.log, from: box.bottom, to: box.top, most: 8 });
    this.box = box; this.low = low;
    svg.replaceChildren();
    this.floors("rect");
    this.frame(most);
    bars.values.forEach((_, k) => this.bar(k));
    this.floors("text");
    for (const line of lines) this.line(line);
    this.between();
    this.name();
    this.look(this.chosen);
  }
  floors(part) {
    const { left, right, top, bottom } = this.box;
    for (const [at, title] of this.data.bars.floors) {
      const y = this.y.place(at);
      if (!(at > this.low) || y <= top) continue;
      this.svg.append(part === "rect" ? drawn("rect", { x: left, width: right - left, y, height: bottom - y, class: "floor" })
        : drawn("text", { x: right - 6, y: y + 17, "text-anchor": "end", class: "halo" }, title));
    }
  }
  frame(most) {
    const { left, right, top, bottom } = this.box, { bars } = this.data, middle = (top + bottom) / 2;
    for (const at of this.y.ticks) {
      const y = this.y.place(at);
      this.svg.append(drawn("line", { x1: left, x2: right, y1: y, y2: y, class: "grid" }));
      this.svg.append(drawn("text", { x: left - 8, y: y + 5, "text-anchor": "end" }, bars.log ? plain(at, true) : `${Math.round(100 * at)} %`));
    }
    const every = [1, 2, 5, 10, 20].find((each) => each * this.step >= 26) ?? 25;
    for (let k = 0; k < most; k++) if (bars.layers[k] !== undefined && ((bars.layers[k] % every === 0 && (bars.layers[k] - 1) * this.step >= 26) || bars.layers[k] === 1))
      this.svg.append(drawn("text", { x: this.x(k), y: bottom + 19, "text-anchor": "middle" }, bars.layers[k]));
    const last = bars.layers.length - 1;
    if (bars.layers[last] === 0) this.svg.append(drawn("text", { x: this.x(last), y: bottom + 19, "text-anchor": "middle" }, this.step > 44 ? "input" : "x"));
    this.svg.append(drawn("text", { x: (left + right) / 2, y: bottom + 41, "text-anchor": "middle", class: "title" }, "layer: from the last one (left) back to the first"));
    this.svg.append(drawn("text", { x: 15, y: middle, transform: `rotate(-90 15 ${middle})`, "text-anchor": "middle", class: "title" }, bars.title));
  }
  bar(k) {
    const { bars } = this.data, value = bars.values[k], { bottom } = this.box;
    if (value === null) return;
    const wide = Math.min(44, 0.72 * this.step), shown = !bars.log || positive(value), top = Math.min(bottom - 2, shown ? this.y.place(value) : bottom);
    this.svg.append(drawn("rect", { x: this.x(k) - wide / 2, y: top, width: wide, height: bottom - top, fill: seen(bars.colour, this.root), class: "bar", "data-k": k }));
    if (value === 0 && bars.log) this.svg.append(drawn("text", { x: this.x(k), y: bottom - 6, "text-anchor": "middle", class: "halo" }, "0"));
  }
  line({ values, colour, style }) {
    let text = "", open = false;
    values.forEach((value, k) => {
      const drawable = value !== null && (!this.data.bars.log || value > 0);
      if (drawable) text += `${open ? "L" : "M"}${this.x(k).toFixed(1)} ${this.y.place(value).toFixed(1)}`;
      open = drawable;
    });
    this.svg.append(drawn("path", { d: text, class: `line ${style}`, style: `stroke:${own(seen(colour, this.root))}` }));
  }
  // What a layer multiplies by, above the gap between its bar and the next, where there is room.
  between() {
    const { bars } = this.data;
    if (this.step < 33 || !bars.between.length) return;
    this.svg.append(drawn("text", { x: LEFT - 8, y: TOP - 10, "text-anchor": "end" }, "factor"));
    bars.between.forEach((text, k) => this.svg.append(drawn("text", { x: (this.x(k) + this.x(k + 1)) / 2, y: TOP - 10, "text-anchor": "middle" }, this.step < 48 ? text.slice(1) : text)));
  }
  name() {
    const { bars, lines } = this.data;
    const items = [{ name: bars.name, colour: bars.colour, bar: true }, ...lines];
    this.legend.replaceChildren(...items.map(({ name, colour, style, bar }) => {
      const item = document.createElement("span"), key = drawn("svg", { viewBox: "0 0 27 11", "aria-hidden": "true" });
      key.append(bar ? drawn("rect", { x: 6, y: 0, width: 13, height: 11, fill: seen(colour, this.root) })
        : drawn("line", { x1: 1, x2: 26, y1: 5.5, y2: 5.5, class: `line ${style}`, style: `stroke:${own(seen(colour, this.root))}` }));
      item.append(key, name);
      return item;
    }));
  }
  under(event) {
    const bounds = this.svg.getBoundingClientRect();
    const pixel = (event.clientX - bounds.left) * (this.svg.viewBox.baseVal.width / bounds.width), k = Math.floor((pixel - this.box.left) / this.step);
    return k >= 0 && k < this.data.bars.values.length ? k : null;
  }
  key(event) {
    const last = this.data.bars.values.length - 1;
    const next = { ArrowRight: Math.min(this.chosen + 1, last), ArrowLeft: Math.max(this.chosen - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.choose(next);
  }
  choose(k) {
    if (k === this.chosen) return;
    this.chosen = k;
    this.look(k);
    this.settling.later(() => this.tell(this.data.bars.layers[this.chosen]));
  }
  look(k) {
    for (const bar of this.svg.querySelectorAll(".bar")) bar.classList.toggle("now", Number(bar.dataset.k) === k);
    this.read.textContent = this.data.bars.words[k] ?? "";
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  if (!STATES.has(root)) STATES.set(root, new Flow(root));
  const flow = STATES.get(root);
  flow.show(data, (layer) => setStateValue("layer", layer));
  return () => { flow.watch.disconnect(); flow.settling.stop(); };
}
