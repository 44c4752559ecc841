// One row per layer in the order in which they run. Rows stay while a training sends more; a click opens a layer.
const STATES = new WeakMap(), IN_ROW = 16;
const PARTS = [["outputs", "#009E73"], ["weights", "#E69F00"], ["gradients", "#CC79A7"]];
const TITLES = ["layer", "its answer to the first picture", ...PARTS.map(([name]) => name), "zeros", "update ratio"];

function rowOf(open) {
  const svg = () => document.createElementNS(SVG, "svg"), button = node("button", "", node("i", "sign"), node("span", "", node("b"), node("span", "words"), node("span", "words count")));
  const part = (name) => node("div", `part ${name}`, svg(), node("span", "text"));
  const row = node("li", "", node("div", "name", button), node("div", "maps"), ...PARTS.map(([name]) => part(name)),
    node("div", "zeros", node("span", "text"), node("span", "bar", node("i"))), node("div", "ratio", node("span", "text"), svg()), node("div", "detail"));
  button.type = "button";
  row.querySelector(".detail").hidden = true;
  button.onclick = () => open(row);
  row.querySelector(".maps").onclick = () => open(row);
  return row;
}

class Layers {
  constructor(root) {
    this.root = root; this.open = "";
    [this.head, this.list] = root.children;
    this.head.append(...TITLES.map((title) => node("span", "", title)));
  }
  show(data) {
    this.rows = data.rows.map((row) => ({ ...row, maps: unpacked(row.maps), ramp: glow(row.colour) }));
    this.list.setAttribute("aria-label", data.label);
    fitted(this.list, this.rows.length, () => rowOf((row) => this.toggle(row))).forEach((row, k) => this.fill(row, this.rows[k]));
  }
  toggle(row) {
    const { path } = this.told(row);
    this.open = this.open === path ? "" : path;
    [...this.list.children].forEach((each, k) => this.detail(each, this.rows[k]));
  }
  fill(row, told) {
    const [name, maps, ...rest] = row.children, button = name.firstChild;
    row.style.setProperty("--depth", `rgb(${told.colour.join(" ")})`);
    say(button.querySelector("b"), told.path); say(button.querySelector(".words"), told.words); say(button.querySelector(".count"), told.count);
    maps.setAttribute("role", "img");
    maps.setAttribute("aria-label", told.size.length === 3 ? `${told.size[0]} maps of ${told.path}, ${number(told.low)} to ${number(told.high)}` : "no maps: a row of numbers");
    maps.dataset.vector = told.size.length === 3 ? "" : told.vector;
    tilesOf(maps, told, IN_ROW);
    PARTS.forEach(([part, colour], n) => distribution(rest[n], told[part], { colour, words: told[part].words }));
    const [zeros, ratio] = rest.slice(PARTS.length);
    say(zeros.firstChild, told.zeros.text); zeros.dataset.alarm = told.zeros.alarm;
    zeros.querySelector("i").style.transform = `scaleX(${told.zeros.share})`;
    say(ratio.firstChild, told.ratio.text); ratio.dataset.alarm = told.ratio.alarm; ratio.dataset.empty = told.ratio.text === "–" ? "yes" : "no";
    gauge(ratio.lastChild, told.ratio.value ?? 0, told.ratio.alarm === "no");
    this.detail(row, told);
  }
  // The layer's maps, as large as they fit.
  detail(row, told) {
    const detail = row.querySelector(".detail"), shown = this.open === told.path, button = row.querySelector("button");
    button.setAttribute("aria-expanded", String(shown));
    detail.hidden = !shown;
    if (!shown) return;
    if (!detail.firstChild) {
      detail.append(node("div", "large"), node("div", "scale", node("span"), node("canvas"), node("span"), node("output")), node("p"));
      detail.firstChild.onpointermove = (event) => this.read(event, row);
      detail.firstChild.onpointerleave = detail.firstChild.onblur = () => this.mark(row, -1);
      detail.firstChild.onkeydown = (event) => this.key(event, row);
      detail.firstChild.tabIndex = 0;
    }
    const [large, scale, words] = detail.children, [low, bar, high] = scale.children;
    say(words, told.more);
    large.hidden = scale.hidden = told.size.length !== 3;
    if (large.hidden) return;
    tilesOf(large, told, 99);
    large.setAttribute("role", "img"); large.setAttribute("aria-label", `The maps of ${told.path}, enlarged. Arrow keys read them off.`);
    say(low, number(told.low)); say(high, number(told.high));
    raster(bar, 256, 1, (k) => told.ramp[k]);
  }
  // One map by keyboard: what its numbers lie between.
  key(event, row) {
    const maps = [...event.currentTarget.children], last = maps.length - 1, now = maps.findIndex((each) => each.classList.contains("chosen"));
    const next = { ArrowRight: Math.min(now + 1, last), ArrowLeft: Math.max(now - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.mark(row, next);
  }
  mark(row, n) {
    const told = this.told(row), [, height, width] = told.size, some = n < 0 ? [] : told.maps.subarray(n * height * width, (n + 1) * height * width);
    [...row.querySelectorAll(".large canvas")].forEach((each, k) => each.classList.toggle("chosen", k === n));
    const [low, high] = [Math.min(...some), Math.max(...some)].map((byte) => number(told.low + (byte / 255) * (told.high - told.low)));
    say(row.querySelector(".detail output"), n < 0 ? "" : `map ${n}: about ${low} to ${high}`);
  }
  told(row) { return this.rows[[...this.list.children].indexOf(row)]; }
  read(event, row) {
    const told = this.told(row), canvas = event.target.closest("canvas");
    if (!canvas) return;
    const [, height, width] = told.size, n = [...canvas.parentElement.children].indexOf(canvas), box = canvas.getBoundingClientRect();
    const y = Math.min(height - 1, Math.floor(((event.clientY - box.top) / box.height) * height)), x = Math.min(width - 1, Math.floor(((event.clientX - box.left) / box.width) * width));
    const value = told.low + (told.maps[(n * height + y) * width + x] / 255) * (told.high - told.low);
    say(row.querySelector(".detail output"), `map ${n}, row ${y}, column ${x}: about ${number(value)}`);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".layers");
  if (!STATES.has(root)) STATES.set(root, new Layers(root));
  STATES.get(root).show(data);
}
