// Scatter plots with equally scaled axes: what preprocessing does to the same points.
const LEFT = 46, BOTTOM = 28, EDGE = 8;

function panelOf(panel, side) {
  const svg = drawn("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": `${panel.title}: ${panel.words}` });
  const [low, high] = panel.limits, points = unpacked(panel.points, Float32Array);
  const x = between(low, high, { from: LEFT, to: side - EDGE, most: 4 }), y = between(low, high, { from: side - BOTTOM, to: EDGE, most: 4 });
  for (const at of x.ticks) {
    svg.append(drawn("line", { x1: x.place(at), x2: x.place(at), y1: EDGE, y2: side - BOTTOM, class: at === 0 ? "zero" : "grid" }));
    svg.append(drawn("text", { x: x.place(at), y: side - 8, "text-anchor": "middle" }, plain(at)));
  }
  for (const at of y.ticks) {
    svg.append(drawn("line", { x1: LEFT, x2: side - EDGE, y1: y.place(at), y2: y.place(at), class: at === 0 ? "zero" : "grid" }));
    svg.append(drawn("text", { x: LEFT - 6, y: y.place(at) + 5, "text-anchor": "end" }, plain(at)));
  }
  const inside = ([u, v]) => !panel.box || [u, v].every((c) => c >= panel.box[0] - 1e-6 && c <= panel.box[1] + 1e-6);
  for (let k = 0; k < points.length / 2; k++) {
    const point = [points[2 * k], points[2 * k + 1]], own = k === panel.ringed;
    if (point.some((c) => c < low || c > high)) continue;
    svg.append(drawn("circle", { cx: x.place(point[0]), cy: y.place(point[1]), r: own ? 6 : 3, fill: inside(point) ? panel.colour : "#D55E00", class: own ? "own" : "" }));
  }
  if (panel.box) {
    const [from, to] = panel.box;
    svg.append(drawn("rect", { x: x.place(from), y: y.place(to), width: x.place(to) - x.place(from), height: y.place(from) - y.place(to), class: "box" }));
  }
  return svg;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".clouds");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.label);
  function draw() {
    const narrow = root.clientWidth < 560, across = narrow ? 2 : data.panels.length;
    root.style.setProperty("--across", across);
    // one unit of the drawing is one pixel: text keeps its size
    const side = Math.max(150, Math.round((root.clientWidth - 12 * (across - 1)) / across));
    root.replaceChildren(...data.panels.map((panel) => {
      const figure = document.createElement("figure"), title = document.createElement("b"), words = document.createElement("span");
      title.textContent = panel.title; words.textContent = panel.words;
      figure.append(title, panelOf(panel, side), words);
      return figure;
    }));
  }
  let width = 0;
  const watch = new ResizeObserver(() => { if (root.clientWidth !== width) { width = root.clientWidth; draw(); } });
  watch.observe(root);
  return () => watch.disconnect();
}
