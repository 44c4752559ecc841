// Three maps over one photo: the score under the patch, its drop, and the class that then wins. One cell is looked at
// in all three; a click puts the patch there.
const VIEWS = new WeakMap(), KINDS = ["probability", "drop", "predicted"];
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function place(element, [top, left, height, width], { box, view, size }) {
  const down = box[2] / view[0], across = box[3] / view[1];
  [box[0] + top * down, box[1] + left * across, height * down, width * across].forEach((value, k) => {
    element.style[["top", "left", "height", "width"][k]] = `${(100 * value) / size[k % 2]}%`;
  });
}

function panel(kind) {
  const canvas = node("canvas"), low = node("span", "low"), bar = node("canvas", "ramp"), high = node("span", "high");
  canvas.setAttribute("role", "img"); canvas.tabIndex = 0; canvas.dataset.kind = kind;
  bar.setAttribute("aria-hidden", "true");
  const mark = () => Object.assign(node("i", "mark", node("b")), { hidden: true });
  const picture = node("div", "picture", Object.assign(node("img"), { alt: "" }), canvas, mark(), mark(), Object.assign(node("i", "window"), { hidden: true }));
  return node("figure", kind, node("figcaption", "", node("strong"), node("span")), picture,
    kind === "predicted" ? node("ul", "classes") : node("div", "scale", low, bar, high));
}

class Maps {
  constructor(root) {
    [this.panels, this.read, this.form] = root.children;
    this.root = root;
    this.panels.replaceChildren(...KINDS.map(panel));
    this.form.onsubmit = (event) => event.preventDefault();
    for (const canvas of this.panels.querySelectorAll(".picture canvas")) this.listen(canvas);
  }
  listen(canvas) {
    canvas.onpointermove = (event) => this.look(this.cell(canvas, event));
    canvas.onpointerleave = canvas.onblur = () => this.look(null);
    canvas.onclick = (event) => this.pick(this.cell(canvas, event));
    canvas.onfocus = () => { if (canvas.matches(":focus-visible")) this.look(this.at ?? this.data.strongest ?? 0); };
    canvas.onkeydown = (event) => {
      const step = STEPS[event.key], columns = this.data.lefts.length, at = this.at ?? 0;
      if (event.key === "Enter") { this.pick(at); return; }
      if (!step) return;
      event.preventDefault();
      const r = clamped(Math.floor(at / columns) + step[0], 0, this.data.tops.length - 1);
      this.look(r * columns + clamped((at % columns) + step[1], 0, columns - 1));
    };
  }
  // The cell under the pointer; beyond the outermost cells, the nearest.
  cell(canvas, event) {
    const area = canvas.getBoundingClientRect(), { view, down, across } = this.data;
    const y = ((event.clientY - area.top) / area.height) * view[0], x = ((event.clientX - area.left) / area.width) * view[1];
    const find = (spans, value) => clamped(spans.findIndex(([, end]) => value < end), -1, spans.length - 1);
    const [r, c] = [find(down, y), find(across, x)].map((k, n) => (k < 0 ? [down, across][n].length - 1 : k));
    return r * across.length + c;
  }
  pick(k) {
    if (k === null || Number.isNaN(this.data.values[k])) return;
    this.tell("picked", this.window(k).slice(0, 2));
  }
  window(k) {
    const columns = this.data.lefts.length;
    const { tops, lefts, patch, view } = this.data, [top, left] = [tops[Math.floor(k / columns)], lefts[k % columns]];
    return [top, left, Math.min(patch[0], view[0] - top), Math.min(patch[1], view[1] - left)];
  }
  look(k) {
    if (k !== null) this.at = k;
    const { data } = this, none = k === null || Number.isNaN(data.values[k]);
    for (const frame of this.panels.querySelectorAll(".window")) {
      frame.hidden = none;
      if (!none) place(frame, this.window(k), data);
    }
    say(this.read, none ? data.hint : this.told(k));
  }
  told(k) {
    const { values, clean, predicted, names, target } = this.data, [top, left, height, width] = this.window(k), drop = clean - values[k];
    return `Patch at rows ${top}–${top + height - 1}, columns ${left}–${left + width - 1}: p(${target}) ${decimals(clean)} → ${decimals(values[k])}, drop ${signed(drop)}; the network says ${names[predicted[k]]}.`;
  }
  show(told, tell) {
    this.tell = tell;
    this.data = readMaps(told);
    if (this.root.dataset.generation !== String(told.generation)) {
      this.root.dataset.generation = told.generation;
      this.form.elements.opacity.value = told.opacity;
    }
    const fade = () => { for (const canvas of this.panels.querySelectorAll(".picture canvas")) canvas.style.opacity = this.form.elements.opacity.value; };
    this.form.oninput = fade;
    this.form.onchange = () => tell("opacity", Number(this.form.elements.opacity.value));
    this.panels.style.setProperty("--ratio", told.size[1] / told.size[0]);
    KINDS.forEach((kind, k) => this.draw(kind, this.panels.children[k]));
    fade();
    this.look(null);
  }
  draw(kind, figure) {
    const { data } = this, [caption, picture, scale] = figure.children, [image, canvas] = picture.children;
    if (image.src !== data.picture) image.src = data.picture;
    say(caption.children[0], data.titles[kind][0]); say(caption.children[1], data.titles[kind][1]);
    place(canvas, [0, 0, ...data.view], data);
    if (kind !== "predicted") paintMap(canvas, kind, data); // that one is painted by its legend
    canvas.setAttribute("aria-label", `${data.titles[kind][2]} Arrow keys read it off, Enter puts the patch there.`);
    picture.querySelectorAll(".mark").forEach((mark, n) => this.mark(mark, kind, data.marks[n]));
    if (kind === "predicted") return this.classes(scale);
    const [low, bar, high] = scale.children, [least, most] = data.ranges[kind];
    ramp(bar, data.tables[kind], kind === "drop");
    say(low, kind === "drop" ? signed(least) : decimals(least)); say(high, kind === "drop" ? signed(most) : decimals(most));
  }
  mark(element, kind, told) {
    element.hidden = kind === "predicted" || !told;
    if (element.hidden) return;
    place(element, this.window(told.cell), this.data);
    say(element.firstChild, told.text);
  }
  classes(list) {
    const entries = fitted(list, this.data.classes.length, () => node("li", "", node("button", "solo", node("i"), node("span")))).map((line, k) => {
      const told = this.data.classes[k], [button] = line.children;
      button.children[0].style.background = told.colour;
      say(button.children[1], told.title);
      return [button, told.index];
    });
    solo(list, entries, (index) => {
      this.data.alone = index;
      paintMap(this.panels.querySelector(".predicted canvas"), "predicted", this.data);
    });
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".maps");
  if (!VIEWS.has(root)) VIEWS.set(root, new Maps(root));
  VIEWS.get(root).show(data, setTriggerValue);
}
