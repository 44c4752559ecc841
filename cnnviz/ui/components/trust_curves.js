// What is left of a picture at each step, and the curves over it. The order of the pixels travels once, a byte each;
// the pictures are put together here, so that scrubbing and playing ask the server nothing.
const VIEWS = new WeakMap(), LEFT = 52, RIGHT = 10, TOP = 8, BOTTOM = 46;
const WAYS = { deletion: ["Deletion", "pixels go, small area is good"], insertion: ["Insertion", "pixels come, large area is good"] };
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
const made = (tag, name = "") => { const node = document.createElement(tag); node.className = name; return node; };

// The pixels of a data address in the size of the view.
async function pixels(address, [height, width]) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

class Way {
  constructor(name, view) {
    this.name = name; this.view = view;
    this.node = made("figure");
    const caption = made("figcaption"), title = made("strong");
    title.textContent = WAYS[name][0]; this.note = made("span"); this.note.textContent = WAYS[name][1];
    caption.append(title, this.note);
    this.canvas = made("canvas"); this.canvas.setAttribute("role", "img");
    this.svg = drawn("svg", { role: "img" });
    this.areas = made("ul", "areas");
    this.node.append(caption, this.canvas, this.svg, this.areas);
    this.svg.onpointerdown = this.svg.onpointermove = (event) => {
      if (event.type === "pointermove" && event.pointerType !== "mouse" && !event.buttons) return;
      const area = this.svg.getBoundingClientRect(), shift = (event.clientX - area.left) * (this.width / area.width);
      view.go(Math.round(this.x.back(shift) / 100 * view.data.count));
    };
  }
  chart() {
    const { svg, view } = this, width = this.width = Math.max(220, this.svg.clientWidth || 300);
    const height = this.height = width > 460 ? 310 : 230; // as tall as the picture beside it
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height);
    const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    this.x = between(0, 100, { from: box.left, to: box.right, most: width < 330 ? 3 : 5 });
    this.y = between(0, 1, { from: box.bottom, to: box.top, most: 5 });
    svg.replaceChildren();
    axes(svg, { x: this.x, y: this.y, titles: { x: this.name === "deletion" ? "% of pixels gone" : "% of pixels back", y: "probability" }, box });
    const lines = view.data.lines.filter((line) => line.way === this.name);
    for (const line of [...lines].reverse()) this.line(line, box);
    this.cursor = drawn("g"); svg.append(this.cursor);
    svg.setAttribute("aria-label", `${WAYS[this.name][0]}: ${view.data.label}`);
  }
  line({ order, x, y }, box) {
    const at = x.map((share, k) => `${this.x.place(100 * share).toFixed(1)} ${this.y.place(y[k]).toFixed(1)}`);
    const colour = this.view.colour(order), kind = order === "map" ? "" : order === "centre" ? " dashed" : " thin";
    if (order === "map" && at.length > 1) {
      const foot = `L${this.x.place(100 * x.at(-1))} ${box.bottom}L${this.x.place(100 * x[0])} ${box.bottom}Z`;
      this.svg.append(drawn("path", { d: `M${at.join("L")}${foot}`, class: "area", fill: colour }));
    }
    this.svg.append(drawn("path", { d: `M${at.join("L")}`, class: `line${kind}`, stroke: colour }));
  }
  table() {
    const which = this.name === "deletion" ? 0 : 1;
    this.areas.replaceChildren(...this.view.data.orders.filter((o) => o.areas[which]).map((order) => {
      const item = made("li"), key = made("i"), number = made("b");
      key.style.borderColor = this.view.colour(order.name);
      if (order.name === "centre") key.style.borderTopStyle = "dashed";
      number.textContent = order.areas[which];
      item.append(key, `${order.title} `, number);
      return item;
    }));
  }
  paint(step) {
    const { view } = this, images = view.images, order = view.order;
    this.cursor.replaceChildren();
    const p = this.x.place((100 * step) / view.data.count);
    this.cursor.append(drawn("line", { x1: p, x2: p, y1: TOP, y2: this.height - BOTTOM, class: "at" }));
    const share = view.measured(this.name, step);
    if (share !== null) this.cursor.append(drawn("circle", { cx: p, cy: this.y.place(share), r: 5.5, fill: view.colour(order) }));
    if (!images || !view.steps) return;
    const [height, width] = view.data.size, [start, end] = this.name === "deletion" ? [images[0], images[1]] : [images[2], images[0]];
    if (this.canvas.width !== width || this.canvas.height !== height) { this.canvas.width = width; this.canvas.height = height; }
    const context = this.canvas.getContext("2d"), shown = context.createImageData(width, height);
    const from = new Uint32Array(start.buffer), to = new Uint32Array(end.buffer), out = new Uint32Array(shown.data.buffer);
    for (let k = 0; k < out.length; k++) out[k] = view.steps[k] <= step ? to[k] : from[k];
    context.putImageData(shown, 0, 0);
    this.canvas.setAttribute("aria-label", `The picture after step ${step} of ${view.data.count}: ${percent(step / view.data.count)} of its pixels ${this.name === "deletion" ? "gone" : "back"}`);
  }
}

class View {
  constructor(root) {
    this.root = root; this.form = root.querySelector("form"); this.told = root.querySelector(".told");
    this.fields = this.form.elements; this.play = root.querySelector(".play");
    this.ways = Object.keys(WAYS).map((name) => new Way(name, this));
    root.querySelector(".ways").append(...this.ways.map((way) => way.node));
    this.form.onsubmit = (event) => event.preventDefault();
    this.fields.step.oninput = () => this.go(Number(this.fields.step.value));
    this.fields.order.onchange = () => { this.choose(this.fields.order.value); this.paint(); };
    this.play.onclick = () => (this.timer ? this.pause() : this.run());
    this.watch = new ResizeObserver(() => this.draw());
  }
  colour(name) { return seen((this.data.orders.find((o) => o.name === name) ?? this.data.orders.find((o) => name.startsWith(o.name.split(" ")[0]))).colour, this.root); }
  show(data) {
    const old = this.data;
    this.data = data;
    if (this.fields.step.max !== String(data.count)) { this.fields.step.max = data.count; this.step = Math.round(data.count / 4); }
    const choices = data.orders.filter((order) => order.steps);
    if (!old || old.orders.map((o) => o.name).join() !== data.orders.map((o) => o.name).join())
      this.fields.order.replaceChildren(...choices.map((order) => new Option(order.title, order.name)));
    this.choose(choices.some((o) => o.name === this.order) ? this.order : choices[0].name);
    if (!old || ["whole", "holes", "nothing"].some((name) => old[name] !== data[name])) this.load();
    this.watch.observe(this.root);
    this.draw();
  }
  async load() {
    const { data } = this, found = await Promise.all([data.whole, data.holes, data.nothing].map((a) => pixels(a, data.size)));
    if (data.whole !== this.data.whole || data.nothing !== this.data.nothing) return; // another picture came meanwhile
    this.images = found;
    this.paint();
  }
  choose(name) {
    this.order = name; this.fields.order.value = name;
    this.steps = unpacked(this.data.orders.find((order) => order.name === name).steps);
  }
  measured(way, step) {
    const line = this.data.lines.find((each) => each.way === way && each.order === this.order);
    const k = line ? line.x.findIndex((share) => Math.abs(share - step / this.data.count) < 1e-6) : -1;
    return k < 0 ? null : line.y[k];
  }
  draw() {
    if (!this.data) return;
    for (const way of this.ways) { way.chart(); way.table(); }
    this.paint();
  }
  go(step) { this.step = Math.max(0, Math.min(this.data.count, step)); this.paint(); }
  paint() {
    const { step, data } = this;
    this.fields.step.value = step;
    for (const way of this.ways) way.paint(step);
    const said = Object.keys(WAYS).map((name) => {
      const share = this.measured(name, step);
      return `${WAYS[name][0].toLowerCase()} ${share === null ? "not measured yet" : share.toFixed(2)}`;
    });
    this.told.textContent = `Step ${step} of ${data.count}, ${percent(step / data.count)} of the pixels. P(${data.class}): ${said.join(", ")}`;
  }
  run() {
    if (this.step >= this.data.count) this.step = 0;
    this.play.textContent = "Pause"; this.play.setAttribute("aria-pressed", "true");
    this.timer = setInterval(() => { this.go(this.step + 1); if (this.step >= this.data.count) this.pause(); }, 220);
  }
  pause() {
    clearInterval(this.timer); this.timer = null;
    this.play.textContent = "Play"; this.play.setAttribute("aria-pressed", "false");
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".trust");
  if (!VIEWS.has(root)) VIEWS.set(root, new View(root));
  const view = VIEWS.get(root);
  view.show(data);
  return () => { view.watch.disconnect(); view.pause(); };
}
