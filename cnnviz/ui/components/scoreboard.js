// Rows of classes: template, score, probability, gradient. The temperature slides here; all else is the server's.
const BOARDS = new WeakMap(), BLUE = "#0072B2", GREEN = "#009E73", PURPLE = "#CC79A7", WRONG = "#D55E00";
const minus = (text) => text.replace("-", "−");
const short = (v) => minus(Math.abs(v) >= 1e4 ? v.toExponential(1) : v.toFixed(Math.abs(v) >= 100 ? 1 : 2));
const tiny = (v) => minus(v !== 0 && Math.abs(v) < 5e-4 ? v.toExponential(0) : v.toFixed(3));
const percent = (p) => (p >= 0.0995 ? `${(100 * p).toFixed(p > 0.9995 && p < 1 ? 2 : 1)} %` : p >= 1e-4 ? `${(100 * p).toFixed(2)} %` : "< 0.01 %");

function made(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Probabilities of one class per row, and ln Σ exp, with the largest score taken off first.
function softmax(rows, temperature) {
  const most = Math.max(...rows.map((row) => row.score));
  const raised = rows.map((row) => Math.exp((row.score - most) / temperature));
  const total = raised.reduce((sum, each, k) => sum + rows[k].count * each, 0);
  return { p: raised.map((each) => each / total), log: (k) => (rows[k].score - most) / temperature - Math.log(total) };
}

class Scoreboard {
  constructor(root) {
    this.root = root; this.settling = new Settling(root); this.rows = [];
    this.slider = made("input", { type: "range", min: 0, max: 400, step: 1, "aria-label": "Temperature" });
    this.shown = made("output");
    this.one = made("button", { type: "button", class: "one" }, "back to 1");
    this.heat = made("label", { class: "heat" }, made("span", {}, "Temperature"), this.slider, this.shown, this.one);
    this.see = made("div", { class: "see" }); this.list = made("div", { class: "list", role: "group" });
    this.loss = made("output", { class: "loss" });
    root.replaceChildren(this.see, made("div", { class: "board" }, this.heat, this.list, this.loss));
    this.slider.oninput = () => this.warm(this.range[0] * (this.range[1] / this.range[0]) ** (this.slider.value / 400));
    this.one.onclick = () => this.warm(1);
  }
  warm(t) {
    this.temperature = Math.abs(Math.log(t)) < 0.012 ? 1 : Number(t.toPrecision(3)); // half a step of the slider
    this.update();
    this.settling.later(() => this.send("heat", this.temperature));
  }
  show(data, send) {
    this.send = send; this.data = data; this.range = data.range;
    // what is being slid is newer than what the server knows, unless the page was reset
    if (!this.settling.tell || data.generation !== this.generation) { this.settling.stop(); this.temperature = data.temperature; }
    this.generation = data.generation;
    if (this.rows.length !== data.rows.length) this.build();
    this.root.classList.toggle("bare", !data.seen);
    this.fill(); this.sight(); this.update();
  }
  build() {
    this.list.replaceChildren(this.head());
    this.rows = this.data.rows.map((_, k) => this.row(k));
  }
  head() {
    const titles = [["name", "class"], ["score", "score z"], ["p", "softmax p"], ["slope", "gradient p − y"], ["true", "true"]];
    return made("div", { class: "row head" }, ...titles.map(([name, title]) => made("span", { class: name }, title)));
  }
  row(k) {
    const bar = (name) => made("span", { class: `track ${name}` }, made("i"));
    const parts = {
      pick: made("button", { type: "button", class: "pick" }, made("canvas"), made("span")),
      z: bar("z"), score: made("input", { type: "text", inputmode: "decimal", class: "number" }),
      p: bar("p"), share: made("b"), slope: bar("slope"), gradient: made("b"),
      label: made("input", { type: "radio", name: "label" }),
    };
    const cell = (name, ...children) => made("span", { class: name }, ...children);
    parts.line = made("div", { class: "row" }, parts.pick, cell("score", parts.z, parts.score), cell("p", parts.p, parts.share),
      cell("slope", parts.slope, parts.gradient), made("label", { class: "true" }, parts.label));
    parts.pick.onclick = () => this.send("picked", k);
    parts.label.onchange = () => this.send("label", k);
    parts.score.onkeydown = (event) => { if (event.key === "Enter") parts.score.blur(); };
    parts.score.onchange = () => this.edit(k);
    this.list.append(parts.line);
    return parts;
  }
  edit(k) {
    const value = Number(this.rows[k].score.value.replace("−", "-").replace(",", "."));
    if (Number.isFinite(value) && this.rows[k].score.value.trim()) this.send("edit", { row: k, value });
    else this.rows[k].score.value = short(this.data.rows[k].score);
  }
  fill() {
    const { rows, label, watched, seen } = this.data, most = Math.max(1e-9, ...rows.map((row) => Math.abs(row.score)));
    this.list.setAttribute("aria-label", `${rows.length} rows of classes with score, probability and gradient`);
    rows.forEach((row, k) => {
      const parts = this.rows[k], name = row.count > 1 ? `${row.name} (each of ${row.count})` : row.name;
      parts.pick.lastChild.textContent = name; parts.pick.title = name;
      parts.pick.setAttribute("aria-pressed", String(Boolean(seen) && k === watched));
      parts.pick.setAttribute("aria-label", seen ? `${name}: write out its sum` : name);
      parts.pick.disabled = !seen;
      // not while somebody writes into it
      if (this.root.getRootNode().activeElement !== parts.score || parts.score.value === parts.told) parts.score.value = short(row.score);
      parts.told = short(row.score);
      parts.score.setAttribute("aria-label", `Score of ${name}`);
      parts.label.checked = k === label; parts.label.disabled = row.count > 1;
      parts.label.setAttribute("aria-label", `${name} is the true class`);
      parts.line.classList.toggle("is-true", k === label);
      this.signed(parts.z.firstChild, row.score / most);
    });
  }
  signed(bar, share) {
    bar.style.left = `${50 + Math.min(0, 50 * share)}%`;
    bar.style.width = `${50 * Math.abs(share)}%`;
  }
  sight() {
    const { seen, watched, rows } = this.data;
    if (!seen) { this.see.replaceChildren(); return; }
    if (!this.see.firstChild) this.see.append(...["x", "strip", "terms"].map((name) => made("figure", { class: name }, made("figcaption"), made("canvas", { role: "img" }))), made("p"));
    const [x, column, terms] = this.see.children, zero = page(this.root), picture = unpacked(seen.picture), { name } = rows[watched];
    const templates = unpacked(seen.templates, seen.coloured ? Uint8Array : Int8Array);
    put(x.lastChild, [32, 32], rgb(picture)); strip(column.lastChild, picture);
    put(terms.lastChild, [32, 32], diverging(unpacked(seen.terms, Int8Array), 0, zero));
    this.rows.forEach(({ pick }, k) => put(pick.firstChild, [32, 32], seen.coloured ? rgb(templates, 3072 * k) : diverging(templates, 1024 * k, zero)));
    const captions = ["x: 32×32×3", "3072×1", `w ⊙ x for ${name}`];
    const told = [`The picture, 32 by 32 pixels`, "Its 3072 numbers under each other: red, green, blue",
      `Where the picture speaks for ${name} (blue) and against it (red), up to ${short(seen.most)} per pixel`];
    [x, column, terms].forEach((figure, k) => {
      figure.firstChild.textContent = captions[k];
      figure.lastChild.setAttribute("aria-label", told[k]); figure.lastChild.title = told[k];
    });
    this.see.lastChild.replaceChildren(...seen.told.map((line) => made("span", {}, line)));
  }
  update() {
    const { rows, label } = this.data, { p, log } = softmax(rows, this.temperature), t = this.temperature;
    const slopes = p.map((each, k) => (each - (k === label ? 1 : 0)) / t), steepest = Math.max(...slopes.map(Math.abs)) || 1;
    rows.forEach((row, k) => {
      const parts = this.rows[k];
      parts.p.firstChild.style.width = `${100 * p[k]}%`; parts.share.textContent = percent(p[k]);
      this.signed(parts.slope.firstChild, slopes[k] / steepest); parts.gradient.textContent = tiny(slopes[k]);
    });
    this.slider.value = 400 * Math.log(t / this.range[0]) / Math.log(this.range[1] / this.range[0]);
    this.slider.setAttribute("aria-valuetext", String(t));
    this.list.querySelector(".head .slope").textContent = t === 1 ? "gradient p − y" : "(p − y)/T";
    this.shown.textContent = `T = ${t}`; this.one.disabled = t === 1;
    const loss = -log(label), classes = rows.reduce((sum, row) => sum + row.count, 0);
    const parts = [made("span", {}, `loss = −ln p(${rows[label].name}) = −ln ${p[label] >= 1e-4 ? p[label].toFixed(4) : p[label].toExponential(1)} = `),
      made("b", {}, minus((Math.abs(loss) < 5e-4 ? 0 : loss).toFixed(loss >= 100 ? 1 : 3))), made("small", {}, `equal scores: ln ${classes} = ${Math.log(classes).toFixed(3)}`)];
    this.loss.replaceChildren(...parts);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!BOARDS.has(root)) BOARDS.set(root, new Scoreboard(root));
  BOARDS.get(root).show(data, setTriggerValue);
}
