// The sigmoid, the straight line it starts as, and the batch on it.
const KEPT = new WeakMap(), sigmoid = (z) => 1 / (1 + Math.exp(-z));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".squash"), svg = root.querySelector("svg");
  function draw() {
    const width = Math.max(280, root.clientWidth), height = Math.min(380, Math.max(270, 0.5 * width));
    const box = { left: 58, right: width - 14, top: 12, bottom: height - 48 };
    const reach = Math.max(6, ...data.items.flatMap((item) => item.values.map(Math.abs))) * 1.05;
    const x = between(-reach, reach, { from: box.left, to: box.right, most: width < 480 ? 5 : 9 });
    const y = between(-0.05, 1.05, { from: box.bottom, to: box.top, most: 5 });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height); svg.setAttribute("aria-label", data.label);
    svg.replaceChildren();
    axes(svg, { x, y, titles: { x: "z, what enters the sigmoid", y: "σ(z)" }, box });
    const points = Array.from({ length: 161 }, (_, k) => -reach + (2 * reach * k) / 160).map((z) => `${x.place(z)},${y.place(sigmoid(z))}`);
    svg.append(drawn("line", { x1: x.place(-2.2), y1: y.place(-0.05), x2: x.place(2.2), y2: y.place(1.05), class: "tangent" }));
    svg.append(drawn("polyline", { points: points.join(" "), class: "curve" }));
    data.items.forEach((item, i) => {
      for (const z of item.values) {
        svg.append(drawn("line", { x1: x.place(z), x2: x.place(z), y1: y.place(-0.05), y2: y.place(sigmoid(z)), stroke: item.colour, class: "drop" }));
        svg.append(i ? drawn("circle", { cx: x.place(z), cy: y.place(sigmoid(z)), r: 7, fill: item.colour })
          : drawn("rect", { x: x.place(z) - 6, y: y.place(sigmoid(z)) - 6, width: 12, height: 12, fill: item.colour }));
      }
      const at = box.top + 16 + 22 * i;
      svg.append(i ? drawn("circle", { cx: box.left + 16, cy: at - 5, r: 7, fill: item.colour }) : drawn("rect", { x: box.left + 10, y: at - 11, width: 12, height: 12, fill: item.colour }));
      svg.append(drawn("text", { x: box.left + 30, y: at }, item.title));
    });
  }
  KEPT.get(root)?.disconnect();
  const watch = new ResizeObserver(draw);
  KEPT.set(root, watch);
  watch.observe(root);
  draw();
  return () => watch.disconnect();
}
