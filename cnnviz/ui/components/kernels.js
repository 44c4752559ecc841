// Kernels as tiles: those over three colours in colour, gray where a weight is zero; others signed, clear at zero.
const STATES = new WeakMap(), short = (x) => plain(Number(x.toPrecision(3))), AWAY = [178, 24, 43], TOWARDS = [33, 102, 172];

function kernel(canvas, values, { channels, height, width, top }) {
  const size = height * width, at = (c, k) => values[c * size + k] / top;
  if (channels === 3) return raster(canvas, width, height, (k) => [...[0, 1, 2].map((c) => 127.5 + 127.5 * at(c, k)), 255]);
  const shown = Math.min(channels, 4);
  return raster(canvas, width, height * shown, (k) => {
    const v = at(Math.floor(k / size), k % size);
    return [...(v < 0 ? TOWARDS : AWAY), 255 * Math.min(1, Math.abs(v))];
  });
}

class Kernels {
  constructor(root) {
    this.root = root; this.chosen = null;
    [this.groups, this.form, this.read] = root.children;
    this.form.oninput = () => this.draw();
    this.form.onsubmit = (event) => event.preventDefault();
    this.groups.onpointerover = (event) => this.over(event);
    this.groups.onpointerleave = () => this.look(null);
    this.groups.onkeydown = (event) => this.key(event);
    this.groups.addEventListener("focusin", (event) => this.over(event, 0));
    this.groups.addEventListener("focusout", () => this.look(null));
  }
  show(data) {
    this.data = data.map((group) => ({ ...group, values: unpacked(group.values, Float32Array) }));
    this.draw();
  }
  part(group, n) {
    const size = group.channels * group.height * group.width;
    return group.values.subarray(n * size, (n + 1) * size);
  }
  draw() {
    const same = this.form.elements.same.checked, one = this.data.length < 2;
    fitted(this.groups, this.data.length, () => node("section", "", node("h4"), node("div", "tiles"))).forEach((section, g) => {
      const group = this.data[g], [title, tiles] = section.children;
      say(title, group.title);
      title.hidden = one;
      tiles.setAttribute("role", "img"); tiles.tabIndex = 0; tiles.dataset.group = g;
      tiles.setAttribute("aria-label", `${group.label} Arrow keys read them off.`);
      const all = group.values.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
      fitted(tiles, group.count, () => node("canvas")).forEach((canvas, n) => {
        const values = this.part(group, n), own = values.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
        canvas.dataset.n = n;
        kernel(canvas, values, { ...group, top: (same ? all : own) || 1 });
      });
    });
    this.look(this.chosen);
  }
  over(event, fallback) {
    const tiles = event.target.closest(".tiles"), n = event.target.dataset?.n ?? fallback;
    if (tiles && n !== undefined) this.look([Number(tiles.dataset.group), Number(n)]);
  }
  key(event) {
    const tiles = event.target.closest(".tiles"), g = Number(tiles?.dataset.group), last = this.data[g].count - 1, now = this.chosen?.[1] ?? -1;
    const next = { ArrowRight: Math.min(now + 1, last), ArrowLeft: Math.max(now - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.look([g, next]);
  }
  look(chosen) {
    this.chosen = chosen && chosen[1] < (this.data[chosen[0]]?.count ?? 0) ? chosen : null;
    for (const canvas of this.groups.querySelectorAll("canvas")) {
      canvas.classList.toggle("chosen", Boolean(this.chosen) && canvas.parentElement.dataset.group === String(this.chosen[0]) && canvas.dataset.n === String(this.chosen[1]));
    }
    if (!this.chosen) { this.read.textContent = ""; return; }
    const values = this.part(this.data[this.chosen[0]], this.chosen[1]);
    const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
    this.read.textContent = `Kernel ${this.chosen[1]}: weights from ${short(low)} to ${short(high)}`;
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".kernels");
  if (!STATES.has(root)) STATES.set(root, new Kernels(root));
  STATES.get(root).show(data.groups);
}
