// A table with a row per step and a column per example; the first row can be written into.
const written = (v, digits = 4) => {
  if (v === null || v === undefined || !Number.isFinite(v)) return "0/0";
  const size = Math.abs(v);
  if (size < 5e-13) return "0";
  return (size >= 1e5 || size < 1e-3 ? v.toExponential(2) : String(Number(v.toPrecision(digits)))).replace("-", "−");
};

// `tell(index, feature, value)` is called for a number that was written.
function tabled(table, rows, { editable, tell }) {
  const features = rows[0].values.length, count = rows[0].values[0].length;
  const shape = `${rows.length} ${features} ${count} ${editable}`;
  if (table.dataset.shape !== shape) {
    table.dataset.shape = shape;
    const head = document.createElement("tr");
    head.append(cell("th", ""), ...Array.from({ length: count }, (_, k) => cell("th", String(k + 1), "col")));
    table.tHead.replaceChildren(head);
    head.cells[0].textContent = "example";
    table.tBodies[0].replaceChildren(...rows.flatMap((row, r) => row.values.map((values, f) => {
      const line = document.createElement("tr");
      line.append(cell("th", "", "row"), ...values.map((_, k) => (r === 0 && editable ? field(k, f) : cell("td", ""))));
      return line;
    })));
  }
  rows.forEach((row, r) => row.values.forEach((values, f) => {
    const line = table.tBodies[0].rows[r * features + f];
    line.cells[0].textContent = row.title + (features > 1 ? (f ? " ◆" : " ●") : "");
    line.style.setProperty("--mine", row.colour);
    values.forEach((value, k) => {
      const place = line.cells[k + 1], input = place.firstElementChild, text = written(value);
      if (!input) place.textContent = text;
      else if (input !== table.getRootNode().activeElement || input.dataset.told !== text) { input.value = text; input.dataset.told = text; }
      if (input) input.onchange = () => {
        const now = Number(input.value.replace("−", "-").replace(",", "."));
        if (input.value.trim() === "" || !Number.isFinite(now)) input.value = text;
        else if (now !== value) tell(k, f, now);
      };
    });
  }));
  function cell(tag, text, scope) {
    const node = document.createElement(tag);
    node.textContent = text;
    if (scope) node.scope = scope;
    return node;
  }
  function field(k, f) {
    const place = document.createElement("td"), input = document.createElement("input");
    input.type = "text"; input.inputMode = "decimal"; input.autocomplete = "off"; input.spellcheck = false;
    input.setAttribute("aria-label", `${rows[0].title} of example ${k + 1}${features > 1 ? `, feature ${f + 1}` : ""}`);
    input.onkeydown = (event) => { if (event.key === "Enter") input.blur(); };
    place.append(input);
    return place;
  }
}
