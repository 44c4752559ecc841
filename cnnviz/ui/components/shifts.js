// An input that moves, its pooled copy before and after, and the measured curves. Everything for all shifts has come
// with the data: moving is done here, only the settled view goes to the server.
const COLOURS = { max: "#009E73", average: "#56B4E9", strided: "#8A8A8A", blur: "#E69F00", global: "#0072B2", nothing: "currentColor" };
const DASHES = { max: "", average: "7 4", strided: "2 4", blur: "11 3 2 3", global: "4 3", nothing: "1 5" };
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 60, RIGHT = 12, TOP = 12, BOTTOM = 46; // around the curves, in pixels: text keeps its size on every screen
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const percent = (x) => (x === 0 ? "0 %" : x < 0.01 ? "< 1 %" : `${(100 * x).toFixed(0)} %`);
const minus = (x) => String(x).replace("-", "−");

function element(name, attributes = {}, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

function unpack(planes) {
  return { ...planes, levels: unpacked(planes.levels) };
}

// One plane on a canvas: gray levels, with numbers where there is room. `at(row, column)` is an index.
function paint(canvas, planes, at, marked) {
  const [, rows, columns] = planes.shape, ratio = window.devicePixelRatio || 1;
  const wide = canvas.clientWidth || 200, cell = wide / columns, tall = rows === 1 ? clamp(cell, 44, 60) : rows * cell;
  canvas.style.height = `${tall}px`;
  canvas.width = Math.round(wide * ratio); canvas.height = Math.round(tall * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  context.drawImage(gray(planes, at), 0, 0, wide, tall);
  if (planes.numbers) write(context, planes, at, [cell, tall / rows]);
  if (marked) outline(context, marked, [rows, columns], [cell, tall / rows]);
}

function gray(planes, at) {
  const [, rows, columns] = planes.shape, small = document.createElement("canvas");
  small.width = columns; small.height = rows;
  const context = small.getContext("2d"), pixels = context.createImageData(columns, rows);
  for (let r = 0, p = 0; r < rows; r++) for (let c = 0; c < columns; c++, p += 4) {
    const level = planes.levels[at(r, c)];
    pixels.data.set([level, level, level, 255], p);
  }
  context.putImageData(pixels, 0, 0);
  return small;
}

function write(context, planes, at, [w, h]) {
  const [, rows, columns] = planes.shape, size = Math.min(22, h / 2, w / 2.2);
  if (size < 9) return;
  context.textAlign = "center"; context.textBaseline = "middle";
  context.font = `${size}px ${getComputedStyle(context.canvas).fontFamily}`;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    context.fillStyle = planes.levels[at(r, c)] > 120 ? "#000" : "#fff";
    context.fillText(minus(planes.numbers[at(r, c)]), (c + 0.5) * w, (r + 0.5) * h);
  }
}

// Vermilion over what changed: a frame where cells are large, a wash where they are small.
function outline(context, marked, [rows, columns], [w, h]) {
  const large = Math.min(w, h) >= 14;
  context.strokeStyle = "#D55E00"; context.lineWidth = 3;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const amount = marked(r, c);
    if (!amount) continue;
    context.fillStyle = `rgba(213, 94, 0, ${clamp(amount, 0.25, 0.9)})`;
    if (large) context.strokeRect(c * w + 2, r * h + 2, w - 4, h - 4);
    else context.fillRect(c * w, r * h, w + 0.5, h + 0.5);
  }
}

function build(root) {
  root.innerHTML = `<div class="planes"></div>
    <div class="measured"><p></p><div class="chart"></div><div class="ways" role="group" aria-label="What the pictures show"></div></div>
    <form><label><span></span><input type="range" name="by" min="0" step="1"></label>
    <label>Distance <select name="measure"><option value="distance">from the same cells</option>
    <option value="undone">after moving the output along</option></select></label></form>
    <output aria-live="polite"></output>`;
  const planes = root.querySelector(".planes");
  for (const kind of ["input", "before", "after"]) {
    const figure = document.createElement("figure");
    figure.className = kind;
    figure.append(document.createElement("figcaption"), document.createElement("canvas"));
    figure.lastChild.setAttribute("role", "img");
    planes.append(figure);
  }
}

function chart(curves, shifts, { measure, by, way: chosen }, width) {
  const WIDTH = clamp(width, 260, 680), HEIGHT = Math.round(clamp(0.58 * WIDTH, 210, 380));
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const top = Math.max(0.1, ...curves.flatMap((curve) => curve[measure])), last = shifts.at(-1);
  const x = (d) => LEFT + (d / last) * (WIDTH - LEFT - RIGHT), y = (v) => HEIGHT - BOTTOM - (v / top) * (HEIGHT - TOP - BOTTOM);
  const step = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2].find((each) => top / each <= 5) || 5;
  for (let v = 0; v <= top + 1e-9; v += step) {
    svg.append(element("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(v), y2: y(v) }));
    svg.append(element("text", { x: LEFT - 8, y: y(v) + 5, "text-anchor": "end" }, percent(v)));
  }
  for (const d of shifts) svg.append(element("text", { x: x(d), y: HEIGHT - BOTTOM + 20, "text-anchor": "middle" }, d));
  svg.append(element("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "pixels moved to the right"));
  svg.append(element("line", { class: "now", x1: x(by), x2: x(by), y1: TOP, y2: HEIGHT - BOTTOM }));
  const order = [...curves].sort((a, b) => (a.way === chosen) - (b.way === chosen));
  for (const curve of order) {
    const points = curve[measure].map((v, k) => `${x(shifts[k])},${y(v)}`).join(" "), bold = curve.way === chosen;
    svg.append(element("polyline", { points, fill: "none", stroke: COLOURS[curve.way], "stroke-dasharray": DASHES[curve.way], "stroke-width": bold ? 4 : 2 }));
    svg.append(element("circle", { cx: x(by), cy: y(curve[measure][by]), r: bold ? 6 : 4, fill: COLOURS[curve.way] }));
  }
  const told = curves.map((curve) => `${curve.title} ${curve[measure].map(percent).join(", ")}`).join("; ");
  svg.setAttribute("aria-label", `Distance for moves of 0 to ${last} pixels: ${told}`);
  svg.dataset.left = LEFT / WIDTH; svg.dataset.right = 1 - RIGHT / WIDTH;
  return svg;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".shifts");
  if (!root.firstChild) build(root);
  const fields = root.querySelector("form").elements, ways = root.querySelector(".ways"), place = root.querySelector(".chart");
  const input = unpack(data.input), last = data.shifts.length - 1;
  const curves = data.curves.map((curve) => ({ ...curve, planes: unpack(curve.planes) }));
  fields.by.max = last;
  if (root.dataset.generation !== String(data.generation)) {
    // first drawing, or the page was reset: take the server's view; afterwards the browser leads
    root.dataset.generation = data.generation;
    fields.by.value = data.view.by; fields.measure.value = data.view.measure; root.dataset.way = data.view.way;
  }
  const view = () => ({ by: Number(fields.by.value), way: root.dataset.way, measure: fields.measure.value });
  const tell = () => setStateValue("view", view());

  while (ways.children.length < curves.length) {
    const button = document.createElement("button");
    button.type = "button";
    const line = element("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" });
    line.append(element("line", { x1: 0, x2: 26, y1: 4, y2: 4, "stroke-width": 3 }));
    button.append(line, document.createElement("span"), document.createElement("b"));
    ways.append(button);
  }
  curves.forEach((curve, k) => {
    const button = ways.children[k];
    button.children[1].textContent = curve.title;
    button.firstChild.firstChild.setAttribute("stroke", COLOURS[curve.way]);
    button.firstChild.firstChild.setAttribute("stroke-dasharray", DASHES[curve.way]);
    button.onclick = () => { root.dataset.way = curve.way; draw(); tell(); };
  });

  function pictures(curve, by) {
    const [figures, [, rows, columns]] = [root.querySelectorAll("figure"), curve.planes.shape];
    const wide = input.shape[2], cells = rows * columns, from = by * cells;
    const old = (r, c) => r * columns + c, now = (r, c) => from + old(r, c), held = curve.planes;
    const draw = [
      ["Input", `Input, moved by ${by}`, input, (r, c) => r * wide + ((((c - by) % wide) + wide) % wide)],
      ["Before", `${curve.title}, before`, held, old],
      ["After", `${curve.title}, after: changes marked`, held, now, (r, c) => Math.abs(held.levels[now(r, c)] - held.levels[old(r, c)]) / 255],
    ];
    draw.forEach(([, title, planes, at, marked], k) => {
      figures[k].firstChild.textContent = title;
      figures[k].lastChild.setAttribute("aria-label", title);
      paint(figures[k].lastChild, planes, at, marked);
    });
  }

  function draw() {
    const now = view(), curve = curves.find((each) => each.way === now.way) || curves[0];
    root.querySelector("form span").textContent = `Move the input by ${now.by} pixel${now.by === 1 ? "" : "s"}`;
    curves.forEach((each, k) => {
      ways.children[k].setAttribute("aria-pressed", String(each === curve));
      ways.children[k].lastChild.textContent = percent(each[now.measure][now.by]);
    });
    root.querySelector(".measured p").textContent = `Distance ${fields.measure.selectedOptions[0].text}, as a share of the still output`;
    root.classList.toggle("flat", input.shape[1] === 1);
    place.replaceChildren(chart(curves, data.shifts, { ...now, way: curve.way }, place.clientWidth));
    pictures(curve, now.by);
    root.querySelector("output").textContent = `${curve.title}, moved by ${now.by}: ${percent(curve.distance[now.by])} away `
      + `from where it was, ${percent(curve.changed[now.by])} of the cells changed; ${percent(curve.undone[now.by])} left after moving the output along.`;
  }
  place.onpointerdown = place.onpointermove = (event) => {
    const svg = place.firstChild, area = svg.getBoundingClientRect();
    if (event.type === "pointermove" && !event.buttons) return;
    const part = ((event.clientX - area.left) / area.width - svg.dataset.left) / (svg.dataset.right - svg.dataset.left);
    fields.by.value = Math.round(clamp(part, 0, 1) * last);
    draw();
  };
  place.onpointerup = tell;
  root.querySelector("form").onsubmit = (event) => event.preventDefault();
  root.querySelector("form").oninput = draw;
  root.querySelector("form").onchange = () => { draw(); tell(); };
  draw();
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  return () => observer.disconnect();
}
