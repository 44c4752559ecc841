// Rows of histograms. A bar that would hide the others (the zeros after a ReLU) is cut and carries its share.
const LOOKS = new WeakMap(), HIGH = 118, LOW = 24;

function histogram(item, { low, high, width, label }) {
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${HIGH + LOW}`, role: "img", "aria-label": `${label}, ${item.title}: ${item.words}` });
  const x = between(low, high, { from: 6, to: width - 6, most: 4 }), wide = (width - 12) / item.shares.length;
  const sorted = [...item.shares].sort((a, b) => b - a), cut = sorted[0] > 2.5 * sorted[1] ? 1.6 * sorted[1] : sorted[0];
  item.shares.forEach((share, k) => {
    const tall = Math.min(1, share / (cut || 1)) * (HIGH - 22);
    if (share) svg.append(drawn("rect", { x: 6 + k * wide, y: HIGH - tall, width: Math.max(1, wide - 0.6), height: tall, fill: item.colour }));
    if (share > cut) svg.append(drawn("text", { x: 6 + (k + 0.5) * wide, y: HIGH - tall - 6, "text-anchor": "middle", class: "share" }, `${Math.round(100 * share)} % ⇡`));
  });
  svg.append(drawn("line", { x1: 6, x2: width - 6, y1: HIGH, y2: HIGH, class: "axis" }));
  for (const at of x.ticks) {
    svg.append(drawn("line", { x1: x.place(at), x2: x.place(at), y1: HIGH, y2: HIGH + 5, class: "axis" }));
    svg.append(drawn("text", { x: x.place(at), y: HIGH + 20, "text-anchor": "middle" }, plain(at)));
  }
  return svg;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".histograms");
  function draw() {
    const narrow = root.clientWidth < 560;
    const width = narrow ? Math.max(240, root.clientWidth - 8) : Math.max(150, Math.min(420, (root.clientWidth - 70) / 3));
    root.replaceChildren(...data.rows.map(({ title, items }) => {
      const section = document.createElement("section"), name = document.createElement("h4"), line = document.createElement("div");
      name.textContent = title; line.className = "line";
      items.forEach((item, k) => {
        const figure = document.createElement("figure"), head = document.createElement("figcaption"), words = document.createElement("p");
        head.textContent = (k ? "→ " : "") + item.title; words.textContent = item.words;
        figure.style.width = `${width}px`;
        figure.append(head, histogram(item, { ...data, width, label: title }), words);
        line.append(figure);
      });
      section.append(name, line);
      return section;
    }));
    root.setAttribute("aria-label", data.label);
  }
  LOOKS.get(root)?.disconnect();
  let last = root.clientWidth;
  const watch = new ResizeObserver(() => { if (root.clientWidth !== last) { last = root.clientWidth; draw(); } });
  LOOKS.set(root, watch);
  watch.observe(root);
  draw();
  return () => watch.disconnect();
}
