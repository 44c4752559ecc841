// The padded input as a grid, the windows that tile it, and the output: two axes from the server, drawn here.
// Regions are rectangles and all lines are one path, so 227×227 costs no more than 7×7.
const BLUE = "#0072B2", ORANGE = "#E69F00", GREEN = "#009E73", RED = "#D55E00";
const NS = "http://www.w3.org/2000/svg";

function shape(kind, attributes, text) {
  const node = document.createElementNS(NS, kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const box = (x, y, width, height, more) => shape("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), ...more });

// Lines between whole cells, left out where they would be a grey blur.
function lines({ x, y, cell }, rows, columns) {
  if (cell < 4) return box(x, y, columns * cell, rows * cell, { fill: "none", stroke: "currentColor", "stroke-opacity": 0.6 });
  let path = "";
  for (let r = 0; r <= rows; r++) path += `M${x} ${y + r * cell}h${columns * cell}`;
  for (let c = 0; c <= columns; c++) path += `M${x + c * cell} ${y}v${rows * cell}`;
  return shape("path", { d: path, fill: "none", stroke: "currentColor", "stroke-opacity": cell < 9 ? 0.25 : 0.45, "stroke-width": 1 });
}

function zeros({ x, y, cell }, [rows, columns]) {
  const group = shape("g", { "font-size": Math.min(16, cell * 0.5), "text-anchor": "middle", fill: "currentColor", "fill-opacity": 0.75 });
  for (let r = 0; r < padded(rows); r++) {
    const inside = r >= rows.before && r < rows.before + rows.n;
    for (let c = 0; c < padded(columns); c++) {
      if (inside && c >= columns.before && c < columns.before + columns.n) continue;
      group.append(shape("text", { x: x + (c + 0.5) * cell, y: y + (r + 0.5) * cell, dy: "0.35em" }, "0"));
    }
  }
  return group;
}

function paintInput(svg, axes, place) {
  const [rows, columns] = axes, { x, y, cell } = place, wide = padded(columns) * cell, high = padded(rows) * cell;
  svg.append(box(x, y, wide, high, { fill: "currentColor", "fill-opacity": 0.07 }));
  svg.append(box(x + columns.before * cell, y + rows.before * cell, columns.n * cell, rows.n * cell, { fill: BLUE, "fill-opacity": 0.3 }));
  const paint = (run) => ({ fill: RED, "fill-opacity": run.end ? 0.85 : 0.4 });
  for (const run of unread(rows)) svg.append(box(x, y + run.from * cell, wide, (run.to - run.from) * cell, paint(run)));
  for (const run of unread(columns)) svg.append(box(x + run.from * cell, y, (run.to - run.from) * cell, high, paint(run)));
  svg.append(lines(place, padded(rows), padded(columns)));
  const around = padded(rows) * padded(columns) - rows.n * columns.n;
  if (cell >= 28 && around <= 400) svg.append(zeros(place, axes));
  svg.append(box(x + columns.before * cell, y + rows.before * cell, columns.n * cell, rows.n * cell, { fill: "none", stroke: BLUE, "stroke-width": 2.5 }));
}

// Above and to the left: one bar per window, the one that does not fit dashed.
function paintRuler(svg, axis, { place, lane, at, across }) {
  const long = extent(axis) * place.cell;
  for (const bar of bars(axis, at)) {
    const along = (across ? place.x : place.y) + bar.start * place.cell + 1;
    const off = (across ? place.y : place.x) - 8 - (bar.lane + 1) * lane + 2;
    const refused = bar.j === null, chosen = bar.j === at;
    const paint = refused
      ? { fill: RED, "fill-opacity": 0.15, stroke: RED, "stroke-width": 1.5, "stroke-dasharray": "4 3" }
      : { fill: ORANGE, "fill-opacity": chosen ? 1 : 0.42 };
    const [w, h] = across ? [long - 2, lane - 3] : [lane - 3, long - 2];
    const [x, y] = across ? [along, off] : [off, along];
    svg.append(box(x, y, w, h, { rx: 2.5, ...paint }));
  }
}

function paintOutput(svg, axes, place, refused) {
  const [rows, columns] = axes, { x, y, cell } = place, size = axes.map(placed);
  const wide = size[1] * cell, high = size[0] * cell, colour = refused ? RED : GREEN;
  if (refused || !(rows.whole && columns.whole)) {
    // the fraction of a cell that the division leaves, as large as it is
    const [h, w] = axes.map((axis, k) => Math.max(axis.exact, refused ? 0 : size[k]) * cell);
    svg.append(box(x, y, w, h, { fill: RED, "fill-opacity": 0.25, stroke: RED, "stroke-dasharray": "4 3" }));
  }
  svg.append(box(x, y, wide, high, { fill: colour, "fill-opacity": refused ? 0.1 : 0.35 }));
  svg.append(lines(place, size[0], size[1]));
  svg.append(box(x, y, wide, high, { fill: "none", stroke: colour, "stroke-width": 2.5 }));
}

function paintArrow(svg, axes, { input, output, gap, stacked }, refused) {
  const ink = { fill: "none", stroke: refused ? RED : "currentColor", "stroke-width": 2.5, "stroke-linecap": "round" };
  const high = reach(axes[0]) * input.cell;
  const [x, y] = stacked ? [input.x + 14, output.y - gap + 8] : [output.x - gap / 2 - 20, input.y + high / 2];
  const d = stacked ? `M${x} ${y}v24m-7 -8l7 8l7 -8` : `M${x} ${y}h36m-9 -9l9 9l-9 9`;
  svg.append(shape("path", { ...ink, d }));
  if (refused) svg.append(shape("path", { ...ink, d: stacked ? `M${x - 9} ${y + 4}l18 14` : `M${x + 8} ${y + 12}l16 -24` }));
}

// The chosen window: what it spans, the cells its weights lie on, and its cell of the output.
function paintChosen(svg, axes, places, at, refused) {
  const [rows, columns] = axes, { input, output } = places, { cell } = input;
  const [r, c] = [at[0] * rows.stride, at[1] * columns.stride];
  const x = input.x + c * cell, y = input.y + r * cell;
  const taps = { fill: ORANGE, "fill-opacity": 0.62 };
  if (rows.dilation * columns.dilation === 1 || rows.k * columns.k > 400) svg.append(box(x, y, columns.k * cell, rows.k * cell, taps));
  else for (let i = 0; i < rows.k; i++) for (let j = 0; j < columns.k; j++) svg.append(box(x + j * columns.dilation * cell, y + i * rows.dilation * cell, cell, cell, taps));
  svg.append(box(x, y, extent(columns) * cell, extent(rows) * cell, { fill: "none", stroke: ORANGE, "stroke-width": 3.5 }));
  if (refused) return;
  const side = Math.max(cell, 4);
  svg.append(box(output.x + at[1] * cell, output.y + at[0] * cell, side, side, { fill: GREEN, stroke: "currentColor", "stroke-width": 1.5 }));
}

const span = (axis, at) => {
  const first = at * axis.stride - axis.before, cells = Array.from({ length: axis.k }, (_, t) => first + t * axis.dilation);
  const name = (i) => String(i).replace("-", "−");
  if (axis.k === 1) return name(first);
  return axis.dilation === 1 || axis.k > 5 ? `${name(first)} to ${name(cells[axis.k - 1])}` : cells.map(name).join(", ");
};

function words(axes, at, refused) {
  const reads = `rows ${span(axes[0], at[0])}, columns ${span(axes[1], at[1])}`;
  return refused ? `The window reads ${reads}` : `Output [${at[0]}, ${at[1]}] reads ${reads}`;
}

function save(svg, root, name) {
  const copy = svg.cloneNode(true), scale = 2, image = new Image();
  const width = svg.width.baseVal.value, height = svg.height.baseVal.value;
  copy.setAttribute("xmlns", NS);
  copy.style.color = getComputedStyle(root).color;
  copy.style.fontFamily = "sans-serif";
  image.onload = () => {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    canvas.width = width * scale; canvas.height = height * scale;
    context.fillStyle = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png"); link.download = name;
    link.click();
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
}

function legend(list, entries) {
  list.replaceChildren(...entries.map(([kind, text]) => {
    const item = document.createElement("li"), mark = document.createElement("i");
    mark.className = kind; item.append(mark, text);
    return item;
  }));
}

const chosen = new WeakMap(), observers = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".tiling"), svg = root.querySelector("svg"), read = root.querySelector("output");
  const axes = data.axes, refused = data.refused, counts = axes.map(placed);
  let at = (chosen.get(root) ?? [0, 0]).map((k, axis) => clamp(k, 0, counts[axis] - 1));
  let places = null;
  legend(root.querySelector("ul"), data.legend);
  svg.setAttribute("aria-label", data.alt);

  function draw() {
    const room = root.clientWidth, high = clamp(window.innerHeight * data.share, 240, 620);
    if (!room) return;
    places = layout(axes, room, room < 520 ? high * 1.5 : high);
    svg.setAttribute("width", Math.min(room, places.width)); svg.setAttribute("height", places.height);
    svg.replaceChildren();
    paintInput(svg, axes, places.input);
    paintRuler(svg, axes[1], { place: places.input, lane: places.lane, at: at[1], across: true });
    paintRuler(svg, axes[0], { place: places.input, lane: places.lane, at: at[0], across: false });
    paintArrow(svg, axes, places, refused);
    paintOutput(svg, axes, places.output, refused);
    paintChosen(svg, axes, places, at, refused);
    read.textContent = words(axes, at, refused);
  }
  function choose(next) {
    const inside = next.map((k, axis) => clamp(k, 0, counts[axis] - 1));
    if (inside[0] === at[0] && inside[1] === at[1]) return;
    at = inside;
    chosen.set(root, at);
    draw();
  }
  svg.onpointermove = svg.onpointerdown = (event) => {
    if (!places) return;
    const area = svg.getBoundingClientRect(), point = [event.clientY - area.top, event.clientX - area.left];
    const cells = (place) => [(point[0] - place.y) / place.cell, (point[1] - place.x) / place.cell];
    const out = cells(places.output), inside = cells(places.input);
    if (out.every((k, axis) => k >= 0 && k < counts[axis])) choose(out.map(Math.floor));
    // over the input: the window whose middle is nearest
    else if (inside.every((k, axis) => k >= 0 && k < reach(axes[axis]))) choose(inside.map((k, axis) => Math.round((k - extent(axes[axis]) / 2) / axes[axis].stride)));
  };
  svg.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const jump = { Home: [0, 0], End: counts }[event.key];
    if (!move && !jump) return;
    event.preventDefault();
    choose(jump ?? [at[0] + move[0], at[1] + move[1]]);
  };
  root.querySelector("button").onclick = () => save(svg, root, data.file);
  // this function runs again when the data changes: one observer per figure, with the newest drawing
  observers.get(root)?.disconnect();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  observers.set(root, observer);
  draw();
  return () => observer.disconnect();
}
