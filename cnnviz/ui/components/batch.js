// A batch on four number lines. A dot of the first line can be dragged: the others follow here, at once, by the same
// arithmetic as on the server; the number goes there when the dot is let go.
const FIGURES = new WeakMap(), ROW = 74, FIRST = 44;
const sum = (values) => values.reduce((a, b) => a + b, 0);
const average = (values) => sum(values) / values.length;

// The rows that follow from x (a list per feature).
function followed(x, { gamma, beta, eps, mean, variance }) {
  const steps = x.map((values, f) => {
    const mu = mean ? mean[f] : average(values), centred = values.map((v) => v - mu);
    const root = Math.sqrt((variance ? variance[f] : average(centred.map((v) => v * v))) + eps);
    const hat = centred.map((v) => v / root);
    return [values, centred, hat, hat.map((v) => gamma[f] * v + beta[f])];
  });
  return [0, 1, 2, 3].map((r) => steps.map((each) => each[r]));
}

function measured(values) {
  const fit = values.filter(Number.isFinite);
  if (!fit.length) return "no number";
  const mean = average(fit), deviation = Math.sqrt(average(fit.map((v) => (v - mean) ** 2)));
  return `mean ${written(Math.abs(mean) < 1e-6 * (deviation || 1) ? 0 : mean, 3)}, spread ${written(deviation, 3)}`;
}

class Lines {
  constructor(root, tell) {
    Object.assign(this, { root, tell, dragged: null });
    root.innerHTML = '<svg role="img"></svg><div class="pane" tabindex="0" role="region" aria-label="All numbers"><table><thead></thead><tbody></tbody></table></div>';
    this.svg = root.querySelector("svg"); this.table = root.querySelector("table");
    this.svg.onpointermove = (event) => this.drag(event);
    this.svg.onpointerup = this.svg.onpointercancel = () => this.drop();
    this.watch = new ResizeObserver(() => this.draw());
  }
  show(data) {
    this.data = data; this.dragged = null;
    this.rows = data.rows;
    this.watch.observe(this.root);
    this.draw();
  }
  scales(left, right) {
    const ends = (rows) => {
      const all = rows.flatMap((row) => row.values.flat()).filter(Number.isFinite);
      const low = Math.min(0, ...all), high = Math.max(0, ...all), room = 0.09 * (high - low) || 1;
      return [low - room, high + room];
    };
    const shared = ends(this.rows), most = right - left < 500 ? 5 : 9;
    return this.rows.map((row) => {
      const [low, high] = this.data.shared ? shared : ends([row]);
      return between(low, high, { from: left, to: right, most });
    });
  }
  draw() {
    const width = Math.max(280, this.root.clientWidth), narrow = width < 560;
    this.left = narrow ? 14 : 178; this.step = narrow ? 104 : ROW; this.first = narrow ? 66 : FIRST;
    const { svg } = this, right = width - 18, height = this.first + (this.rows.length - 1) * this.step + 34;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height);
    svg.setAttribute("aria-label", this.data.label);
    this.root.querySelector(".pane").setAttribute("aria-label", `All numbers. ${this.data.label}`); // each table has a name of its own
    if (!this.dragged) this.x = this.scales(this.left, right);
    svg.replaceChildren();
    this.rows.forEach((row, r) => this.line(row, r, { right, narrow }));
    this.links();
    this.rows.forEach((row, r) => this.dots(row, r));
    tabled(this.table, this.rows, { editable: this.data.editable, tell: this.tell });
  }
  y(r) { return this.first + r * this.step; }
  line(row, r, { right, narrow }) {
    const { svg } = this, y = this.y(r), x = this.x[r];
    svg.append(drawn("line", { x1: this.left, x2: right, y1: y, y2: y, class: "axis" }));
    for (const at of x.ticks) {
      svg.append(drawn("line", { x1: x.place(at), x2: x.place(at), y1: y - 4, y2: y + 4, class: at === 0 ? "zero" : "axis" }));
      svg.append(drawn("text", { x: x.place(at), y: y + 27, "text-anchor": "middle", class: "tick" }, plain(at)));
    }
    const top = narrow ? y - 48 : y - 16, name = drawn("text", { x: 2, y: top, class: "name" });
    const title = drawn("tspan", { class: "title" }, row.title);
    name.append(title, drawn("tspan", { dx: 8 }, row.words));
    svg.append(name);
    row.values.forEach((values, f) => {
      const mark = row.values.length > 1 ? (f ? "◆ " : "● ") : "";
      const place = narrow ? { x: right, y: top + 18 * f, "text-anchor": "end" } : { x: 2, y: top + 20 + 18 * f };
      svg.append(drawn("text", { ...place, class: "told" }, mark + measured(values)));
    });
  }
  links() {
    const count = this.rows[0].values[0].length;
    this.rows[0].values.forEach((_, f) => {
      for (let k = 0; k < count; k++) {
        const points = this.rows.map((row, r) => [this.x[r].place(row.values[f][k] ?? NaN), this.y(r)]);
        if (points.flat().every(Number.isFinite)) this.svg.append(drawn("polyline", { points: points.join(" "), class: `link${f ? " second" : ""}${k === this.data.marked ? " strong" : ""}` }));
      }
    });
  }
  dots(row, r) {
    const y = this.y(r), taken = [[], []];
    row.values.forEach((values, f) => values.forEach((value, k) => {
      const x = this.x[r].place(value ?? NaN);
      if (!Number.isFinite(x)) return;
      const mine = this.dragged && this.dragged.k === k && this.dragged.f === f;
      const dot = f ? drawn("path", { d: `M${x} ${y - 8}l8 8l-8 8l-8-8z`, fill: row.colour }) : drawn("circle", { cx: x, cy: y, r: 7, fill: row.colour });
      if (mine || k === this.data.marked) dot.setAttribute("class", "mine");
      if (r === 0 && this.data.rule && this.data.editable) this.holdable(dot, k, f, value);
      this.svg.append(dot);
      const text = written(value, 3), half = 4.4 * text.length + 3;
      if (!mine && k !== this.data.marked && (f || taken[f].some((at) => Math.abs(at - x) < half + 18))) return;
      taken[f].push(x);
      this.svg.append(drawn("text", { x, y: y - 13, "text-anchor": "middle", class: "value" }, text));
    }));
  }
  holdable(dot, k, f, value) {
    dot.classList.add("hold");
    dot.onpointerdown = (event) => {
      event.preventDefault();
      this.dragged = { k, f, value, from: value };
      this.svg.setPointerCapture(event.pointerId);
    };
  }
  drag(event) {
    if (!this.dragged) return;
    const bounds = this.svg.getBoundingClientRect(), { k, f } = this.dragged, x = this.x[0];
    const pixel = (event.clientX - bounds.left) * (this.svg.viewBox.baseVal.width / bounds.width);
    const right = this.svg.viewBox.baseVal.width - 18, raw = x.back(Math.min(right, Math.max(this.left, pixel)));
    const grain = 10 ** Math.floor(Math.log10(Math.abs(x.back(this.left + 2) - x.back(this.left)) || 1e-3));
    this.dragged.value = Number((Math.round(raw / grain) * grain).toPrecision(6));
    const values = this.data.rows[0].values.map((each, g) => each.map((v, j) => (g === f && j === k ? this.dragged.value : v)));
    this.rows = followed(values, this.data.rule).map((each, r) => ({ ...this.data.rows[r], values: each }));
    this.draw();
  }
  drop() {
    if (!this.dragged) return;
    const { k, f, value, from } = this.dragged;
    this.dragged = null;
    if (value !== from) this.tell(k, f, value);
    else this.draw();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".batch");
  const tell = (index, feature, value) => setTriggerValue("edit", { index, feature, value });
  if (!FIGURES.has(root)) FIGURES.set(root, new Lines(root, tell));
  const figure = FIGURES.get(root);
  figure.tell = tell;
  figure.show(data);
  return () => figure.watch.disconnect();
}
