// One unit over the photo. The pointer, or the arrow keys, ask for one answer and the pixels that it sees.
const UNITS = new WeakMap();

class Unit {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(name);
    [this.image, this.canvas, this.field, this.cell] = find(".picture").children;
    this.read = find(".read"); this.form = find("form"); this.figure = find(".kernel"); this.best = find(".best");
    this.form.onsubmit = (event) => event.preventDefault();
    this.form.oninput = () => this.draw();
  }
  show({ unit, picture, size }) {
    this.told = unit; this.size = size;
    this.map = { ...unit.map, values: unpacked(unit.map.values, Float32Array) };
    this.tables = unit.tables.map((text) => unpacked(text));
    if (this.image.src !== picture) this.image.src = picture;
    this.root.style.setProperty("--ratio", size[1] / size[0]);
    this.form.querySelector(".sign").hidden = !unit.signed;
    this.canvas.setAttribute("aria-label", `${unit.label} Arrow keys read it off.`);
    cursor(this.canvas, this.map, (row, column) => this.point(row, column), () => this.point(...unit.peak));
    this.draw();
    this.point(...unit.peak);
    this.drawKernel();
    this.best.hidden = !unit.patches;
    this.best.alt = "Its best patches, the strongest on the left.";
    if (unit.patches) this.best.src = unit.patches;
  }
  draw() {
    const { opacity, signed, smooth } = this.form.elements, both = this.told.signed && signed.checked;
    place(this.canvas, this.map.box, this.size);
    paint(this.canvas, this.map, { signed: both, smooth: smooth.checked }, { table: this.tables[both ? 1 : 0] });
    this.canvas.style.opacity = opacity.value;
  }
  point(row, column) {
    const { box, rows, columns, values } = this.map, { field, view, peak } = this.told;
    const high = box[2] / rows, wide = box[3] / columns;
    place(this.cell, [box[0] + row * high, box[1] + column * wide, high, wide], this.size);
    // from pixels of what the network sees to those of the photo, no further than its edges
    const along = ([jump, start, size], at, side) => [clamp(start + jump * at, 0, side), clamp(start + jump * at + size, 0, side)];
    const [top, bottom] = along(field.rows, row, view[0]).map((y) => box[0] + (y * box[2]) / view[0]);
    const [left, right] = along(field.columns, column, view[1]).map((x) => box[1] + (x * box[3]) / view[1]);
    place(this.field, [top, left, bottom - top, right - left], this.size);
    const where = row === peak[0] && column === peak[1] ? ", its strongest" : "";
    say(this.read, `A[${row}, ${column}] = ${number(values[row * columns + column])}${where}; ${field.words}`);
  }
  drawKernel() {
    const { kernel } = this.told;
    this.figure.hidden = !kernel;
    if (!kernel) return;
    this.kernel = { ...kernel, values: unpacked(kernel.values, Float32Array) };
    const [canvas, words] = this.figure.children;
    this.sheet = kernelSheet(canvas, this.kernel, this.tables[1]);
    canvas.style.maxWidth = kernel.colour || kernel.channels < 4 ? "8.5rem" : "22rem";
    canvas.setAttribute("aria-label", `${kernel.label} Arrow keys read it off.`);
    const tell = (row, column) => say(words, kernelWords(this.kernel, this.sheet, row, column) || kernel.label);
    cursor(canvas, this.sheet, tell, () => say(words, kernel.label));
    say(words, kernel.label);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".unit");
  if (!UNITS.has(root)) UNITS.set(root, new Unit(root));
  UNITS.get(root).show(data);
}
