// A function above its derivative. The point moves here, on the values that came with the data.
const STATES = new WeakMap(), LEFT = 58, RIGHT = 14, TOP = 10, GAP = 30, BOTTOM = 46, HEIGHT = 400;
const short = (v) => (Math.abs(v) >= 0.001 || v === 0 ? Number(v.toPrecision(4)).toString() : plain(Number(v.toPrecision(2)), true)).replace("-", "−");

class Slopes {
  constructor(root) {
    this.root = root; this.svg = root.querySelector("svg"); this.field = root.querySelector("input");
    this.settling = new Settling(root);
    const drag = (event) => { if (event.type === "pointerdown" || event.buttons) this.move(this.under(event)); };
    this.svg.onpointerdown = (event) => { this.svg.setPointerCapture(event.pointerId); drag(event); };
    this.svg.onpointermove = drag;
    this.svg.onpointerup = () => this.settling.now();
    root.querySelector("form").onsubmit = (event) => event.preventDefault();
    this.field.oninput = () => this.move(Number(this.field.value));
    this.watch = new ResizeObserver(() => this.draw());
  }
  show(data, tell) {
    this.tell = tell;
    for (const name of ["z", "value", "slope", "density"]) this[name] = unpacked(data[name], Float64Array);
    const last = this.z.length - 1;
    // while it is being moved the browser leads
    if (!this.settling.tell || data.generation !== this.data?.generation) this.k = this.nearest(data.at);
    this.data = data;
    Object.assign(this.field, { min: 0, max: last, step: 1, value: this.k });
    this.watch.observe(this.root);
    this.draw();
  }
  nearest(z) { return Math.min(this.z.length - 1, Math.max(0, Math.round((z - this.z[0]) / (this.z[1] - this.z[0])))); }
  under(event) {
    const bounds = this.svg.getBoundingClientRect();
    return this.nearest(this.x.back((event.clientX - bounds.left) * (this.svg.viewBox.baseVal.width / bounds.width)));
  }
  move(k) {
    if (k === this.k) return;
    this.k = k; this.field.value = k;
    this.point();
    this.settling.later(() => this.tell(Number(this.z[this.k].toFixed(3))));
  }
  draw() {
    const width = Math.max(260, this.root.clientWidth), half = (HEIGHT - TOP - GAP - BOTTOM) / 2;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`); this.svg.setAttribute("height", HEIGHT);
    this.svg.setAttribute("aria-label", this.data.label);
    this.x = between(this.z[0], this.z.at(-1), { from: LEFT, to: width - RIGHT, most: width < 480 ? 5 : 9 });
    this.svg.replaceChildren();
    this.above = this.panel(this.value, [TOP, TOP + half], "φ(z)");
    this.below = this.panel(this.slope, [TOP + half + GAP, HEIGHT - BOTTOM], "φ′(z)");
    this.shade();
    for (const [panel, name] of [[this.above, "value"], [this.below, "slope"]])
      this.svg.append(drawn("path", { d: this.path(this[name], panel), class: name }));
    for (const at of this.x.ticks) this.svg.append(drawn("text", { x: this.x.place(at), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, plain(at)));
    this.svg.append(drawn("text", { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle", class: "title" }, "input z of the activation"));
    this.cursor = drawn("g");
    this.svg.append(this.cursor);
    this.point();
  }
  panel(values, [top, bottom], title) {
    const low = Math.min(0, ...values), high = Math.max(...values), room = 0.08 * (high - low || 1), right = this.x.place(this.z.at(-1));
    const y = between(low - (low < 0 ? room : 0.03 * (high - low)), high + room, { from: bottom, to: top, most: 4 });
    for (const at of this.x.ticks) this.svg.append(drawn("line", { x1: this.x.place(at), x2: this.x.place(at), y1: top, y2: bottom, class: "grid" }));
    for (const at of y.ticks) {
      this.svg.append(drawn("line", { x1: LEFT, x2: right, y1: y.place(at), y2: y.place(at), class: at === 0 ? "zero" : "grid" }));
      this.svg.append(drawn("text", { x: LEFT - 8, y: y.place(at) + 5, "text-anchor": "end" }, plain(at)));
    }
    this.svg.append(drawn("text", { x: 15, y: (top + bottom) / 2, transform: `rotate(-90 15 ${(top + bottom) / 2})`, "text-anchor": "middle", class: "title" }, title));
    return { ...y, top, bottom };
  }
  path(values, { place }) { return Array.from(values, (v, k) => `${k ? "L" : "M"}${this.x.place(this.z[k]).toFixed(1)} ${place(v).toFixed(1)}`).join(""); }
  // Where the derivative is nearly 0, in both panels; and where the inputs lie, in the lower one.
  shade() {
    const { top, bottom } = this.below, tall = 0.55 * (bottom - top), last = this.z.length - 1;
    const hill = Array.from(this.density, (v, k) => `L${this.x.place(this.z[k]).toFixed(1)} ${(bottom - tall * v).toFixed(1)}`).join("");
    this.svg.append(drawn("path", { d: `M${this.x.place(this.z[0])} ${bottom}${hill}L${this.x.place(this.z[last])} ${bottom}Z`, class: "density" }));
    for (let k = 0, from = null; k <= last + 1; k++) {
      const flat = k <= last && Math.abs(this.slope[k]) < this.data.flat;
      if (flat && from === null) from = k;
      if (flat || from === null) continue;
      const left = this.x.place(this.z[from]), right = this.x.place(this.z[k - 1]);
      for (const panel of [this.above, this.below])
        this.svg.append(drawn("rect", { x: left, width: Math.max(0, right - left), y: panel.top, height: panel.bottom - panel.top, class: "flat" }));
      from = null;
    }
  }
  point() {
    const { k, above, below } = this, z = this.z[k], v = this.value[k], s = this.slope[k], x = this.x.place(z);
    const clip = (from, to) => [from, to].map((u) => [this.x.place(u), above.place(v + s * (u - z))]);
    const reach = 1.6, [[x1, y1], [x2, y2]] = clip(z - reach, z + reach);
    this.cursor.replaceChildren(
      drawn("line", { x1: x, x2: x, y1: above.top, y2: below.bottom, class: "at" }),
      drawn("line", { x1, y1, x2, y2, class: "tangent" }),
      drawn("circle", { cx: x, cy: above.place(v), r: 8, fill: "#009E73" }),
      drawn("circle", { cx: x, cy: below.place(s), r: 8, fill: "#CC79A7" }));
    const told = `z = ${short(z)}`, left = Math.abs(s) < this.data.flat ? "next to nothing of the gradient passes" : `${short(100 * Math.abs(s))} % of the gradient passes`;
    this.root.querySelector("form span").textContent = `Move the point: ${told}`;
    this.field.setAttribute("aria-valuetext", told);
    this.root.querySelector("output").textContent = `${this.data.name}: φ(${short(z)}) = ${short(v)}, φ′(${short(z)}) = ${short(s)}: ${left}.`;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  if (!STATES.has(root)) STATES.set(root, new Slopes(root));
  const slopes = STATES.get(root);
  slopes.show(data, (at) => setStateValue("at", at));
  return () => { slopes.watch.disconnect(); slopes.settling.stop(); };
}
