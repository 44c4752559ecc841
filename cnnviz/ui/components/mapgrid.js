// Small multiples: one picture, many maps, each on its own scale; a click chooses one.
function tile() {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = `<span class="picture"><img alt=""><canvas class="tile" aria-hidden="true"></canvas></span><strong></strong><span class="note"></span><span class="range"></span>`;
  return button;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid"), tables = colourTables(data.tables), { view } = data;
  grid.setAttribute("aria-label", data.label);
  grid.style.setProperty("--ratio", data.size[1] / data.size[0]);
  // one row if they are few, else two rows of about the same length
  grid.style.setProperty("--columns", data.maps.length <= 6 ? data.maps.length : Math.ceil(data.maps.length / 2));
  while (grid.children.length < data.maps.length) grid.append(tile());
  while (grid.children.length > data.maps.length) grid.lastChild.remove();
  data.maps.forEach((packed, k) => {
    const map = { ...packed, values: unpacked(packed.values, Float32Array) }, button = grid.children[k];
    const canvas = button.querySelector("canvas"), image = button.querySelector("img"), limits = range(map, view.signed);
    if (image.src !== data.picture) image.src = data.picture;
    place(canvas, map.box, data.size);
    paint(canvas, map, view, { table: tableOf(tables, data, view), limits, side: 240 });
    canvas.style.opacity = view.opacity;
    button.querySelector("strong").textContent = map.title;
    button.querySelector(".note").textContent = map.note;
    button.querySelector(".range").textContent = `${number(limits[0])} … ${number(limits[1])}`;
    button.setAttribute("aria-label", `${map.title}. ${map.note}. ${map.alt}`);
    button.setAttribute("aria-pressed", String(data.names[k] === data.chosen));
    button.onclick = () => setTriggerValue("picked", data.names[k]);
  });
}
