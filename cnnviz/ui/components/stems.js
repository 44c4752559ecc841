// Bars over the places of the examples: up is positive, down negative; rows share a scale unless one would vanish.
const WATCHES = new WeakMap(), TALL = 104, UNDER = 40;

function row(svg, { title, words, colour, values }, { top, left, right, place, narrow, most, own }) {
  const middle = top + TALL / 2, fit = values[0].map((v) => (Number.isFinite(v) ? v : 0));
  const reach = TALL / 2 - 20, total = fit.reduce((a, b) => a + b, 0);
  const sum = Math.abs(total) < 1e-6 * most ? 0 : total, name = drawn("text", { x: 2, y: narrow ? top - 6 : middle - 6, class: "name" });
  name.append(drawn("tspan", { class: "title" }, title), drawn("tspan", { dx: 8 }, words + (own ? ", own scale" : "")));
  svg.append(name, drawn("text", narrow ? { x: right, y: top - 6, "text-anchor": "end", class: "told" } : { x: 2, y: middle + 16, class: "told" }, `sum ${written(sum, 3)}`));
  svg.append(drawn("line", { x1: left, x2: right, y1: middle, y2: middle, class: "axis" }));
  fit.forEach((v, k) => {
    const x = place(k), tall = (v / most) * reach, small = Math.abs(tall) < 1;
    svg.append(drawn("rect", { x: x - 9, y: Math.min(middle, middle - tall), width: 18, height: Math.max(small ? 0 : 1, Math.abs(tall)), fill: colour }));
    svg.append(drawn("circle", { cx: x, cy: middle, r: 3.5, class: "foot" }));
    svg.append(drawn("text", { x, y: tall < 0 ? middle - tall + 16 : middle - tall - 6, "text-anchor": "middle", class: "value" }, written(values[0][k], 3)));
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".batch"), svg = root.querySelector("svg");
  function draw() {
    const width = Math.max(280, root.clientWidth), narrow = width < 560, left = narrow ? 20 : 190, right = width - 20;
    const gap = narrow ? 34 : 16, height = data.rows.length * (TALL + gap) + UNDER, low = Math.min(...data.at), high = Math.max(...data.at);
    const x = between(low, high > low ? high : low + 1, { from: left + 26, to: right - 26, most: narrow ? 4 : 8 });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height); svg.setAttribute("aria-label", data.label);
    root.querySelector(".pane").setAttribute("aria-label", `All numbers. ${data.label}`);
    svg.replaceChildren();
    const bottom = height - UNDER + 6;
    const tops = data.rows.map(({ values }) => Math.max(1e-12, ...values[0].map((v) => Math.abs(v ?? 0)))), top = Math.max(...tops);
    const scale = (r) => (tops[r] < top / 12 ? { most: tops[r], own: tops[r] > 1e-9 } : { most: top, own: false });
    data.rows.forEach((each, r) => row(svg, each, { top: gap + r * (TALL + gap), left, right, place: (k) => x.place(data.at[k]), narrow, ...scale(r) }));
    for (const at of x.ticks) svg.append(drawn("text", { x: x.place(at), y: bottom + 12, "text-anchor": "middle", class: "tick" }, plain(at)));
    svg.append(drawn("text", { x: right, y: bottom + 30, "text-anchor": "end", class: "tick" }, "each bar stands at its example’s x"));
    tabled(root.querySelector("table"), data.rows, { editable: true, tell: (index, feature, value) => setTriggerValue("edit", { index, feature, value }) });
  }
  WATCHES.get(root)?.disconnect();
  const watch = new ResizeObserver(draw);
  WATCHES.set(root, watch);
  watch.observe(root);
  draw();
  return () => watch.disconnect();
}
