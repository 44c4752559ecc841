// Which class is taken for which: one cell per pair, green where right, vermilion where not, clear where it never happens.
const STATES = new WeakMap(), RIGHT = [0, 158, 115], WRONG = [213, 94, 0];
const share = (part, whole) => (whole ? part / whole : 0);
const percent = (x) => (x >= 0.0995 || x === 0 ? `${Math.round(100 * x)} %` : x >= 0.001 ? `${(100 * x).toFixed(1)} %` : "< 0.1 %");

class Confusion {
  constructor(root) {
    this.root = root; this.at = null;
    this.canvas = root.querySelector("canvas"); this.form = root.querySelector("form"); this.read = root.querySelector(".read"); this.list = root.querySelector("ol");
    this.form.oninput = () => this.draw();
    this.form.onsubmit = (event) => event.preventDefault();
    this.canvas.onpointermove = this.canvas.onpointerdown = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.look(null);
    this.canvas.onblur = () => this.look(null);
    this.canvas.onkeydown = (event) => this.key(event);
    this.watch = new ResizeObserver(() => this.draw());
  }
  show(data) {
    this.data = data; this.counts = unpacked(data.counts, Int32Array); this.n = data.classes.length;
    const { n } = this;
    this.rows = Array.from({ length: n }, (_, r) => this.counts.subarray(r * n, (r + 1) * n).reduce((a, b) => a + b, 0));
    this.canvas.setAttribute("aria-label", `${data.label} Arrow keys read it off.`);
    this.watch.observe(this.root.querySelector(".matrix"));
    this.draw();
    this.bars();
  }
  // A name cut to so many pixels.
  name(pen, k, most) {
    const name = this.data.classes[k];
    if (pen.measureText(name).width <= most) return name;
    let kept = name.length - 1;
    while (kept > 1 && pen.measureText(`${name.slice(0, kept)}…`).width > most) kept -= 1;
    return `${name.slice(0, kept)}…`;
  }
  draw() {
    const { n, canvas } = this, box = this.root.querySelector(".matrix").clientWidth, named = n <= 24;
    if (!box) return;
    const style = getComputedStyle(this.root), ink = style.getPropertyValue("--st-text-color"), pen = canvas.getContext("2d"), dots = devicePixelRatio || 1;
    pen.font = `15px ${style.fontFamily}`;
    const longest = Math.max(...this.data.classes.map((name) => pen.measureText(name).width));
    const margin = named ? Math.min(0.3 * box, 170, Math.max(44, longest + 10)) : 44;
    this.left = margin; this.top = margin + 20; // above the names stands what they are
    this.cell = Math.min((box - margin - 2) / n, Math.max(3, 560 / n), 100);
    if (n > 24) this.cell = Math.max(1, Math.floor(this.cell * dots) / dots);
    const width = this.left + n * this.cell + 2, height = this.top + n * this.cell + 2;
    canvas.width = width * dots; canvas.height = height * dots; canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    this.cells(pen, { ink, named });
    this.labels(pen, { ink, named, font: style.fontFamily });
    this.look(this.at);
  }
  cells(pen, { ink, named }) {
    const { n, cell, left, top } = this, byRow = this.form.elements.rows.checked, most = Math.max(1, ...this.counts), gap = cell > 8 ? 1 : 0;
    pen.font = `${cell >= 44 ? 15 : 14}px ${getComputedStyle(this.root).fontFamily}`; pen.textAlign = "center"; pen.textBaseline = "middle";
    for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) {
      const count = this.counts[r * n + c], part = byRow ? share(count, this.rows[r]) : count / most, x = left + c * cell, y = top + r * cell;
      pen.fillStyle = ink; pen.globalAlpha = r === c ? 0.1 : 0.045;
      pen.fillRect(x, y, cell - gap, cell - gap);
      pen.globalAlpha = 1;
      // the square root: one picture in twenty is seen, and more is still darker
      pen.fillStyle = `rgba(${(r === c ? RIGHT : WRONG).join(",")},${part ? (0.12 + 0.78 * Math.sqrt(part)).toFixed(3) : 0})`;
      pen.fillRect(x, y, cell - gap, cell - gap);
      pen.fillStyle = ink;
      if (named && cell >= 30 && count) pen.fillText(byRow ? Math.round(100 * part) || "·" : count, x + cell / 2, y + cell / 2);
    }
  }
  labels(pen, { ink, named, font }) {
    const { n, cell, left, top } = this;
    pen.fillStyle = ink; pen.textBaseline = "middle"; pen.font = `600 15px ${font}`; pen.textAlign = "left";
    pen.fillText("said →", left, 9);
    pen.textAlign = "right"; pen.fillText("is ↓", left - 6, top - 12);
    if (!named || cell < 14) return;
    pen.font = `15px ${font}`;
    for (let k = 0; k < n; k++) {
      pen.textAlign = "right";
      pen.fillText(this.name(pen, k, left - 8), left - 6, top + (k + 0.5) * cell);
      pen.save(); pen.translate(left + (k + 0.5) * cell, top - 6); pen.rotate(-Math.PI / 2); pen.textAlign = "left";
      pen.fillText(this.name(pen, k, top - 26), 0, 0); pen.restore();
    }
  }
  // Per-class accuracy, the best first.
  bars() {
    const { n, data } = this, found = Array.from({ length: n }, (_, k) => ({ k, share: share(this.counts[k * n + k], this.rows[k]) }));
    found.sort((a, b) => b.share - a.share || a.k - b.k);
    fitted(this.list, n, () => node("li", "", node("span", "name"), node("span", "bar", node("i"), node("b")), node("span", "value"))).forEach((line, place) => {
      const { k, share: part } = found[place], [name, bar, value] = line.children, before = data.earlier?.[k];
      say(name, data.classes[k]); name.title = data.classes[k];
      bar.firstChild.style.transform = `scaleX(${part})`;
      bar.lastChild.hidden = before === undefined || before === null;
      bar.lastChild.style.left = `${100 * (before ?? 0)}%`;
      say(value, this.rows[k] ? percent(part) : "–");
      line.setAttribute("aria-label", `${data.classes[k]}: ${this.rows[k] ? `${percent(part)} right of ${this.rows[k]}` : "no pictures"}`);
    });
  }
  point(event) {
    const box = this.canvas.getBoundingClientRect(), c = Math.floor((event.clientX - box.left - this.left) / this.cell), r = Math.floor((event.clientY - box.top - this.top) / this.cell);
    this.look(r >= 0 && c >= 0 && r < this.n && c < this.n ? [r, c] : null);
  }
  key(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key], fit = (v) => Math.max(0, Math.min(this.n - 1, v));
    if (!move) return;
    event.preventDefault();
    this.look(this.at ? [fit(this.at[0] + move[0]), fit(this.at[1] + move[1])] : [0, 0]);
  }
  look(at) {
    const mark = this.root.querySelector(".cell");
    this.at = at && at[0] < this.n && at[1] < this.n ? at : null;
    mark.hidden = !this.at;
    if (!this.at) { say(this.read, ""); return; }
    const [r, c] = this.at, count = this.counts[r * this.n + c], names = this.data.classes;
    Object.assign(mark.style, { left: `${this.left + c * this.cell}px`, top: `${this.top + r * this.cell}px`, width: `${this.cell}px`, height: `${this.cell}px` });
    say(this.read, `Is ${names[r]}, said ${names[c]}: ${count} of ${this.rows[r]} (${percent(share(count, this.rows[r]))})`);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".confusion");
  if (!STATES.has(root)) STATES.set(root, new Confusion(root));
  const matrix = STATES.get(root);
  matrix.show(data);
  return () => matrix.watch.disconnect();
}
