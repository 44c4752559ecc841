// A table of trainings: a click on a name shows it, a tick draws it behind the one in sight.
function cell(tag, ...parts) {
  const node = document.createElement(tag);
  node.append(...parts);
  return node;
}

function rowOf({ id, cells }, data, { show, compare }) {
  const row = document.createElement("tr"), tick = document.createElement("input"), name = document.createElement("button");
  const current = id === data.shown, label = document.createElement("label");
  row.setAttribute("aria-current", String(current));
  tick.type = "checkbox";
  tick.checked = data.compared.includes(id) && !current;
  tick.disabled = current;
  tick.setAttribute("aria-label", `Compare with ${cells[0]}`);
  tick.onchange = () => compare(id, tick);
  label.append(tick);
  name.type = "button";
  name.textContent = name.title = cells[0];
  name.onclick = () => show(id);
  row.append(cell("td", label), cell("td", name), ...cells.slice(1).map((text) => cell("td", text)));
  return row;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".shelf"), told = root.querySelector(".told");
  root.setAttribute("aria-label", data.label);
  root.querySelector("thead tr").replaceChildren(...data.columns.map((text) => Object.assign(cell("th", text), { scope: "col" })));
  const compare = (id, tick) => {
    const chosen = data.compared.filter((each) => each !== id && each !== data.shown);
    if (tick.checked && chosen.length >= data.most) {
      tick.checked = false;
      told.textContent = `${data.most} at most can be compared: take one out first.`;
      return;
    }
    told.textContent = "";
    setTriggerValue("compare", (tick.checked ? [...chosen, id] : chosen).join(",") || "none");
  };
  const body = root.querySelector("tbody"), focus = [...body.querySelectorAll("input, button")].indexOf(root.getRootNode().activeElement);
  body.replaceChildren(...data.rows.map((row) => rowOf(row, data, { show: (id) => setTriggerValue("show", id), compare })));
  if (focus >= 0) body.querySelectorAll("input, button")[focus]?.focus();
}
