// A table of pictures: canvases are kept and painted anew, so nothing flickers while a training sends more.
function cell(kind, text) {
  const node = document.createElement(kind);
  node.textContent = text;
  if (kind === "th") node.scope = "col";
  return node;
}

function paint(canvas, bytes, [width, height]) {
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  for (let k = 0; k < width * height; k++) pixels.data.set([...bytes.subarray(3 * k, 3 * k + 3), 255], 4 * k);
  context.putImageData(pixels, 0, 0);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root"), bytes = unpacked(data.pixels), length = 3 * data.size[0] * data.size[1];
  const shape = JSON.stringify([data.rows.length, data.columns]);
  if (root.dataset.shape !== shape) {
    root.dataset.shape = shape;
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    head.append(cell("td", ""), ...data.columns.map((title) => cell("th", title)));
    for (const _ of data.rows) {
      const line = body.insertRow();
      line.append(cell("th", ""));
      line.firstChild.scope = "row";
      for (const _ of data.columns) line.insertCell().append(document.createElement("canvas"), document.createElement("span"));
    }
    root.replaceChildren(table);
    root.tabIndex = 0; root.setAttribute("role", "region");
  }
  root.setAttribute("aria-label", data.label);
  const lines = root.querySelector("tbody").rows;
  data.rows.forEach((title, r) => {
    lines[r].cells[0].textContent = title;
    data.columns.forEach((name, c) => {
      const [canvas, text] = lines[r].cells[c + 1].children, at = (r * data.columns.length + c) * length;
      paint(canvas, bytes.subarray(at, at + length), data.size);
      canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", `${name}, ${title}`);
      text.textContent = data.captions[r]?.[c] ?? "";
    });
  });
}
