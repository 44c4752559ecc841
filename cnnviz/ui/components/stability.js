// The plane of α and β: the rate of the slower direction as colour, its border, and a point that can be moved.
const STATES = new WeakMap();
const BOX = { left: 62, top: 14, bottom: 48, right: 16 }, CELLS = 140;

// As in theory.py: the larger root of σ² − (1 + β − αλ)σ + β.
function rate(alpha, beta, curvature) {
  const trace = 1 + beta - alpha * curvature, below = trace * trace - 4 * beta;
  return below < 0 ? Math.sqrt(beta) : (Math.abs(trace) + Math.sqrt(below)) / 2;
}
const slowest = (alpha, beta, kappa) => Math.max(rate(alpha, beta, 1), rate(alpha, beta, kappa));

function painted({ kappa, reach, colours }) {
  const canvas = document.createElement("canvas"), table = unpacked(colours), last = table.length / 3 - 1;
  canvas.width = canvas.height = CELLS;
  const context = canvas.getContext("2d"), picture = context.createImageData(CELLS, CELLS);
  for (let row = 0; row < CELLS; row++) for (let column = 0; column < CELLS; column++) {
    const value = slowest(((column + 0.5) / CELLS) * reach, 1 - (row + 0.5) / CELLS, kappa);
    if (value >= 1) continue;
    const at = 3 * Math.round(value * last), cell = 4 * (row * CELLS + column);
    picture.data.set([table[at], table[at + 1], table[at + 2], 255], cell);
  }
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL();
}

function line(f, { x, y, reach }) {
  const points = [];
  for (let k = 0; k <= 200; k++) {
    const alpha = (reach * k) / 200, beta = f(alpha);
    if (beta >= 0 && beta <= 1) points.push(`${x.place(alpha).toFixed(1)},${y.place(beta).toFixed(1)}`);
  }
  return points.join(" ");
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root"), svg = root.querySelector("svg"), out = root.querySelector(".read");
  const before = STATES.get(root), now = before ?? { settling: new Settling(root), picture: "", kappa: 0 };
  STATES.set(root, now);
  now.settling.stop();
  const { kappa, reach } = data, point = { alpha: data.alpha, beta: data.beta };
  if (now.kappa !== kappa || now.reach !== reach) Object.assign(now, { kappa, reach, picture: painted(data) });
  let scales;

  function draw() {
    const width = Math.max(300, root.clientWidth || 600), height = Math.min(420, Math.max(300, width * 0.62));
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = between(0, reach, { from: box.left, to: box.right, most: width < 480 ? 4 : 6 }), y = between(0, 1, { from: box.bottom, to: box.top, most: 5 });
    scales = { x, y, reach, width };
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(
      drawn("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, class: "outside" }),
      drawn("image", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, href: now.picture, preserveAspectRatio: "none" }));
    axes(svg, { x, y, titles: { x: "rate α", y: "momentum β" }, box });
    const critical = (curvature) => (alpha) => (1 - Math.sqrt(alpha * curvature)) ** 2;
    for (const curvature of [kappa, 1]) for (const kind of ["critical under", "critical"]) {
      svg.append(drawn("polyline", { points: line(critical(curvature), scales), class: kind }));
    }
    svg.append(drawn("polyline", { points: line((alpha) => (alpha * kappa) / 2 - 1, scales), class: "edge" }));
    svg.append(drawn("circle", { cx: x.place(data.best[0]), cy: y.place(data.best[1]), r: 9, class: "best" }));
    const right = data.best[0] < 0.7 * reach;
    svg.append(drawn("text", { x: x.place(data.best[0]) + (right ? 15 : -15), y: y.place(data.best[1]) - 10, "text-anchor": right ? "start" : "end", class: "on" }, "best"));
    svg.append(drawn("circle", { r: 8, class: "point" }), drawn("circle", { r: 10, class: "point-ring" }));
    place();
  }
  function place() {
    const inside = { alpha: Math.min(reach, point.alpha), beta: point.beta };
    for (const dot of svg.querySelectorAll(".point, .point-ring")) { dot.setAttribute("cx", scales.x.place(inside.alpha)); dot.setAttribute("cy", scales.y.place(inside.beta)); }
    const value = slowest(point.alpha, point.beta, kappa);
    const fate = value < 1 ? `each step keeps ${value.toFixed(3)} of the distance in the long run` : "diverges";
    out.textContent = `α = ${point.alpha.toFixed(4)}, β = ${point.beta.toFixed(3)}: ${fate}`;
    svg.setAttribute("aria-label", `${data.label} ${out.textContent}. Arrow keys move the point.`);
  }
  function move(alpha, beta) {
    point.alpha = Math.min(reach, Math.max(reach / 500, alpha));
    point.beta = Math.min(0.99, Math.max(0, beta));
    place();
    now.settling.later(() => setStateValue("point", { alpha: Number(point.alpha.toPrecision(4)), beta: Number(point.beta.toFixed(3)) }));
  }
  const at = (event) => {
    const frame = svg.getBoundingClientRect(), zoom = scales.width / frame.width;
    move(scales.x.back((event.clientX - frame.left) * zoom), scales.y.back((event.clientY - frame.top) * zoom));
  };
  svg.onpointerdown = (event) => { svg.setPointerCapture(event.pointerId); at(event); };
  svg.onpointermove = (event) => { if (event.buttons) at(event); };
  svg.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    move(point.alpha + (step[0] * far * reach) / 200, point.beta + (step[1] * far) / 100);
  };
  const bar = root.querySelector("canvas").getContext("2d"), table = unpacked(data.colours), scale = bar.createImageData(32, 1);
  for (let k = 0; k < 32; k++) { const c = 3 * Math.round((k / 31) * (table.length / 3 - 1)); scale.data.set([table[c], table[c + 1], table[c + 2], 255], 4 * k); }
  bar.putImageData(scale, 0, 0);
  const resized = new ResizeObserver(draw);
  draw();
  resized.observe(root);
  return () => resized.disconnect();
}
