// Lines in one SVG. It is drawn anew for each message, in place: nothing flickers while a training sends its points.
const STATES = new WeakMap(), LEFT = 68, RIGHT = 24, TOP = 12, BOTTOM = 48;
const round = (v) => (Number.isFinite(v) ? plain(Number(v.toPrecision(4)), Math.abs(v) >= 1e6 || (v !== 0 && Math.abs(v) < 1e-3)) : "–");

function extent(values, axis) {
  const fit = values.filter((v) => Number.isFinite(v) && (!axis.log || v > 0));
  let low = axis.low ?? (fit.length ? fit.reduce((a, b) => Math.min(a, b)) : axis.log ? 0.1 : 0);
  let high = axis.high ?? (fit.length ? fit.reduce((a, b) => Math.max(a, b)) : 1);
  if (axis.log && low <= 0) low = high > 0 ? high / 1e3 : 0.1;
  if (low >= high) [low, high] = axis.log ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
  return [low, high];
}

// A little room above and below, but not where an axis was told its end.
function padded([low, high], axis) {
  const room = axis.log ? (high / low) ** 0.04 : 0.05 * (high - low);
  return [axis.low ?? (axis.log ? low / room : low - room), axis.high ?? (axis.log ? high * room : high + room)];
}

// The line as SVG path: it breaks where a value can't be drawn, and is cut at the frame by the clip.
function path({ x, y }, place) {
  let text = "", open = false;
  for (let k = 0; k < x.length; k++) {
    const at = place(x[k], y[k]);
    if (at) text += `${open ? "L" : "M"}${at[0].toFixed(1)} ${at[1].toFixed(1)}`;
    open = Boolean(at);
  }
  return text;
}

// Lines of one kind are told apart by shapes too: the first goes bare, so do lines that are the only one of their kind.
const EVERY = 120;
const shaped = (curves) => curves.map((curve, k) => curves.slice(0, k).filter((other) => other.dashed === curve.dashed).length % SHAPES.length);

class Chart {
  constructor(root) {
    this.root = root; this.hidden = new Set(); this.at = null;
    this.svg = root.querySelector("svg"); this.read = root.querySelector(".read"); this.legend = root.querySelector(".legend");
    this.svg.onpointermove = (event) => this.point(event);
    this.svg.onpointerdown = (event) => this.point(event);
    this.svg.onpointerleave = () => { if (this.root.getRootNode().activeElement !== this.svg) this.look(null); };
    this.svg.onkeydown = (event) => this.key(event);
    this.svg.onblur = () => this.look(null);
    this.watch = new ResizeObserver(() => this.draw());
  }
  show(data) {
    this.data = data;
    this.curves = data.curves.map((c) => ({ ...c, x: unpacked(c.x, Float64Array), y: unpacked(c.y, Float64Array), colour: seen(c.colour, this.root) }));
    shaped(this.curves).forEach((place, k) => { this.curves[k].shape = place; });
    this.watch.observe(this.root);
    this.draw();
  }
  get shown() { return this.curves.filter((c) => !this.hidden.has(c.name)); }
  draw() {
    const { svg, data } = this, width = Math.max(260, this.root.clientWidth), { height } = data;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height);
    svg.setAttribute("aria-label", `${data.label} Arrow keys read it off.`);
    const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    const values = (axis) => this.shown.flatMap((c) => Array.from(c[axis]));
    const [x0, x1] = extent(values("x"), data.x);
    const [y0, y1] = padded(extent([...values("y"), ...data.marks.filter((m) => m.axis === "y").map((m) => m.at)], data.y), data.y);
    this.x = between(x0, x1, { log: data.x.log, from: box.left, to: box.right, most: width < 480 ? 4 : 8 });
    this.y = between(y0, y1, { log: data.y.log, from: box.bottom, to: box.top, most: 5 });
    // between step 3 and step 4 there is nothing
    if (!data.x.log && values("x").every(Number.isInteger)) this.x.ticks = this.x.ticks.filter(Number.isInteger);
    this.box = box;
    svg.replaceChildren();
    const clip = drawn("clipPath", { id: "frame" });
    clip.append(drawn("rect", { x: box.left - 4, y: box.top - 4, width: box.right - box.left + 8, height: box.bottom - box.top + 8 }));
    svg.append(clip);
    axes(svg, { x: this.x, y: this.y, titles: { x: data.x.title, y: data.y.title }, box });
    for (const mark of data.marks) this.mark(mark);
    for (const curve of this.shown) this.line(curve);
    this.cursor = drawn("g", { class: "cursor" });
    svg.append(this.cursor);
    this.name();
    this.look(this.at);
  }
  line(curve) {
    const place = (x, y) => (Number.isFinite(y) && !(this.y.log && y <= 0) && !(this.x.log && x <= 0) ? [this.x.place(x), this.y.place(y)] : null);
    this.svg.append(drawn("path", { d: path(curve, place), class: `line${curve.dashed ? " dashed" : ""}`, stroke: curve.colour, "clip-path": "url(#frame)" }));
    const lonely = (k) => !place(curve.x[k - 1], curve.y[k - 1] ?? NaN) && !place(curve.x[k + 1], curve.y[k + 1] ?? NaN);
    const { left, top, bottom } = this.box;
    let next = left + (EVERY * curve.shape) / SHAPES.length; // not where the other lines have theirs
    curve.x.forEach((x, k) => {
      const at = place(x, curve.y[k]), dot = curve.dots || lonely(k);
      if (!at || !(dot || (curve.shape && at[0] >= next)) || at[1] < top - 4 || at[1] > bottom + 4) return;
      next = at[0] + EVERY;
      this.svg.append(curve.shape ? shapeAt(curve.shape, at, curve.colour) : drawn("circle", { cx: at[0], cy: at[1], r: 4, fill: curve.colour, "clip-path": "url(#frame)" }));
    });
  }
  mark({ at, title, axis, colour }) {
    const { left, right, top, bottom } = this.box, across = axis === "x", p = this[axis].place(at);
    if (!Number.isFinite(p) || p < (across ? left : top) - 1 || p > (across ? right : bottom) + 1) return;
    const style = colour ? `stroke:${seen(colour, this.root)}` : "";
    this.svg.append(drawn("line", across ? { x1: p, x2: p, y1: top, y2: bottom, class: "mark", style } : { x1: left, x2: right, y1: p, y2: p, class: "mark", style }));
    const end = across ? p > (left + right) / 2 : true;
    this.svg.append(drawn("text", { x: across ? p + (end ? -6 : 6) : right - 4, y: across ? top + 12 : p - 6, "text-anchor": end ? "end" : "start", class: "halo" }, title));
  }
  name() {
    const single = this.curves.length < 2;
    this.legend.replaceChildren(...(single ? [] : this.curves.map((curve) => {
      const button = document.createElement("button"), line = document.createElement("i");
      button.type = "button"; button.setAttribute("aria-pressed", String(!this.hidden.has(curve.name)));
      line.style.borderTop = `3px ${curve.dashed ? "dashed" : "solid"} ${curve.colour}`;
      if (curve.shape) line.append(shapeSign(curve.shape, curve.colour));
      button.append(line, curve.name);
      button.onclick = () => {
        if (!this.hidden.delete(curve.name)) this.hidden.add(curve.name);
        if (!this.shown.length) this.hidden.clear();
        const place = [...this.legend.children].indexOf(button);
        this.draw();
        this.legend.children[place]?.focus();
      };
      return button;
    })));
  }
  // All x that occur, in order: what the arrow keys walk over.
  stops() { return [...new Set(this.shown.flatMap((c) => Array.from(c.x)))].filter(Number.isFinite).sort((a, b) => a - b); }
  point(event) {
    const bounds = this.svg.getBoundingClientRect(), stops = this.stops();
    if (!stops.length || !bounds.width) return;
    const pixel = (event.clientX - bounds.left) * (this.svg.viewBox.baseVal.width / bounds.width);
    this.look(stops.reduce((best, x) => (Math.abs(this.x.place(x) - pixel) < Math.abs(this.x.place(best) - pixel) ? x : best)));
  }
  key(event) {
    const stops = this.stops(), now = this.at === null ? -1 : stops.indexOf(this.at), last = stops.length - 1;
    const next = { ArrowRight: Math.min(now + 1, last), ArrowLeft: Math.max(now - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined || !stops.length) return;
    event.preventDefault();
    this.look(stops[next]);
  }
  look(x) {
    this.at = x;
    this.cursor.replaceChildren();
    if (x === null || !Number.isFinite(this.x.place(x))) { this.read.textContent = ""; return; }
    const p = this.x.place(x), parts = [];
    this.cursor.append(drawn("line", { x1: p, x2: p, y1: this.box.top, y2: this.box.bottom, class: "at" }));
    for (const curve of this.shown) {
      const k = curve.x.indexOf(x), y = curve.y[k];
      if (k < 0) continue;
      parts.push(`${this.curves.length > 1 ? `${curve.name} ` : ""}${round(y)}`);
      const q = this.y.place(y);
      if (q >= this.box.top - 1 && q <= this.box.bottom + 1) this.cursor.append(drawn("circle", { cx: p, cy: q, r: 5, fill: curve.colour }));
    }
    this.read.textContent = `${this.data.x.title} ${round(x)}: ${parts.join(" · ")}`;
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!STATES.has(root)) STATES.set(root, new Chart(root));
  const chart = STATES.get(root);
  chart.show(data);
  return () => chart.watch.disconnect();
}
