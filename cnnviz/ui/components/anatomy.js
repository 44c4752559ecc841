// A map taken apart: its largest channels, what each adds, and the sum that grows to the whole map with the slider.
const ANATOMIES = new WeakMap(), WAIT = 450; // milliseconds per step while it plays

class Parts {
  constructor(root) {
    this.root = root;
    [this.form] = root.getElementsByTagName("form");
    [this.terms] = root.getElementsByClassName("terms");
    this.slider = this.form.elements.step; this.play = this.form.elements.play;
    this.form.onsubmit = (event) => event.preventDefault();
    this.slider.oninput = () => { this.stop(); this.step(); };
    this.play.onclick = () => (this.timer ? this.stop() : this.start());
  }
  show(data) {
    this.stop();
    const { rows, columns, box } = data, cells = rows * columns, numbers = unpacked(data.numbers, Float32Array);
    const map = (k) => ({ values: numbers.subarray(k * cells, (k + 1) * cells), rows, columns, box });
    const n = data.terms.length, fresh = this.data?.id !== data.id;
    this.data = data;
    const sent = data.terms.filter((term) => term.weight === null).length; // weighted place by place: none or all
    const times = ({ values, ...rest }, weight) => ({ ...rest, values: values.map((v) => weight * v) });
    this.channels = data.terms.map((term, k) => ({ ...term, activation: map(k), part: sent ? map(n + k) : times(map(k), term.weight) }));
    this.sums = data.counts.map((_, k) => map(n + sent + k));
    this.tables = colourTables(data.tables);
    this.slider.max = data.counts.length - 1;
    if (fresh) this.slider.value = data.counts.length - 1;
    this.root.style.setProperty("--ratio", data.size[1] / data.size[0]);
    this.root.style.setProperty("--cells", box[3] / box[2]);
    this.draw();
    this.step();
  }
  start() {
    if (Number(this.slider.value) >= this.sums.length - 1) this.slider.value = 0;
    else this.slider.value = Number(this.slider.value) + 1;
    this.play.textContent = "Stop";
    this.step();
    this.timer = setInterval(() => {
      if (Number(this.slider.value) >= this.sums.length - 1) { this.stop(); return; }
      this.slider.value = Number(this.slider.value) + 1;
      this.step();
    }, WAIT);
  }
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.play.textContent = "Add one by one";
  }
  draw() {
    const { view } = this.data, plain = this.tables[view.colours], signs = this.tables[this.data.signedTable];
    const top = Math.max(...this.channels.map((c) => range(c.part, true)[1]));
    fitted(this.terms, this.channels.length, () => node("button", "", node("b"), node("canvas"), node("canvas"), node("span"), node("span"))).forEach((button, k) => {
      const channel = this.channels[k], [name, first, second, own, adds] = button.children;
      button.type = "button";
      say(name, channel.title); say(own, channel.factor); say(adds, `adds ${number(channel.mean)}`);
      const shape = { ...view, signed: false };
      paint(first, channel.activation, shape, { table: plain, side: 120 });
      paint(second, channel.part, { ...view, signed: true }, { table: signs, limits: [-top, top], side: 120 });
      for (const canvas of [first, second]) canvas.setAttribute("aria-hidden", "true");
      button.onclick = () => { this.stop(); this.slider.value = k; this.step(); };
    });
  }
  step() {
    const at = Number(this.slider.value), { data } = this, count = data.counts[at], full = this.sums.at(-1);
    const canvas = this.root.querySelector(".sum"), image = this.root.querySelector("img");
    if (image.src !== data.picture) image.src = data.picture;
    place(canvas, data.box, data.size);
    paint(canvas, this.sums[at], data.view, { table: tableOf(this.tables, data, data.view), limits: range(full, data.view.signed) });
    canvas.style.opacity = data.view.opacity;
    const mean = data.means[at], whole = data.means.at(-1), [said] = this.root.getElementsByTagName("output");
    canvas.setAttribute("aria-label", `Sum of ${count} of ${data.counts.at(-1)} channels`);
    say(this.root.querySelector("figcaption"), count === data.counts.at(-1) ? `All ${count} channels: the map` : `The ${count} largest of ${data.counts.at(-1)} channels`);
    say(said, data.bias === null ? `Mean of the sum ${number(mean)}; of the whole map ${number(whole)}.`
      : `${data.symbol} = ${number(mean)}, with the bias ${number(mean + data.bias)}; the logit is ${number(data.logit)}.`);
    this.slider.setAttribute("aria-valuetext", `${count} channels`);
    [...this.terms.children].forEach((button, k) => button.setAttribute("aria-pressed", String(k <= at)));
    this.grow(at);
  }
  grow(at) {
    const { data } = this, shift = data.bias ?? 0, goal = data.bias === null ? data.means.at(-1) : data.logit;
    const values = data.means.map((m) => m + shift), low = Math.min(0, goal, ...values), high = Math.max(0, goal, ...values), wide = 400, tall = 92;
    const x = (k) => 4 + ((wide - 8) * Math.log(data.counts[k])) / Math.log(Math.max(2, data.counts.at(-1)));
    const y = (v) => 10 + ((tall - 14) * (high - v)) / (high - low || 1);
    const svg = this.root.querySelector("svg"), edge = { x1: 0, x2: wide };
    svg.setAttribute("viewBox", `0 0 ${wide} 116`);
    svg.replaceChildren(
      drawn("line", { ...edge, y1: y(0), y2: y(0), class: "axis" }), drawn("line", { ...edge, y1: y(goal), y2: y(goal), class: "goal" }),
      drawn("polyline", { points: values.map((v, k) => `${x(k)},${y(v)}`).join(" "), class: "grown" }), drawn("circle", { cx: x(at), cy: y(values[at]), r: 5 }),
      drawn("text", { x: 4, y: 112 }, "1 channel"), drawn("text", { x: wide - 4, y: 112, "text-anchor": "end" }, `${data.counts.at(-1)} channels`),
      drawn("text", { x: wide / 2, y: 112, "text-anchor": "middle" }, data.bias === null ? "mean of the sum" : "sum + bias → logit"));
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!ANATOMIES.has(root)) ANATOMIES.set(root, new Parts(root));
  ANATOMIES.get(root).show(data);
  return () => ANATOMIES.get(root).stop();
}
