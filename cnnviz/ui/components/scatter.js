// A table as a scatter: dots with names where there is room, a sortable table below, and each points at the other.
const SORTS = new WeakMap();
const LEFT = 62, RIGHT = 14, TOP = 12, BOTTOM = 46;
const told = (x, digits) => (x === null || x === undefined ? "–" : x.toFixed(digits).replace("-", "−"));

function scale(values, log, from, to) {
  const bend = log ? Math.log10 : (x) => x, back = (u) => (log ? 10 ** u : u);
  const [low, high] = [Math.min(...values), Math.max(...values)].map(bend), room = 0.06 * (high - low || 1);
  return between(back(low - room), back(high + room), { log, from, to });
}

// Names beside their dots where they do not touch another name or dot.
function names(svg, points, width) {
  const taken = points.map(({ cx, cy }) => [cx - 6, cy - 6, cx + 6, cy + 6]);
  const free = (a) => a[0] > LEFT && a[2] < width - RIGHT && !taken.some((b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]);
  for (const { row, cx, cy } of points) {
    const long = 7.6 * row.name.length;
    const places = [[cx + 9, cy - 8, "start"], [cx - 9 - long, cy - 8, "end"], [cx - long / 2, cy - 25, "middle"], [cx - long / 2, cy + 9, "middle"]];
    const found = places.find(([left, top]) => free([left, top, left + long, top + 16]));
    if (!found) continue;
    const [left, top, anchor] = found, x = { start: left, end: left + long, middle: left + long / 2 }[anchor];
    taken.push([left, top, left + long, top + 16]);
    svg.append(drawn("text", { x, y: top + 13, "text-anchor": anchor, class: "name" }, row.name));
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root"), svg = root.querySelector(".chart svg"), table = root.querySelector("table");
  const columns = Object.keys(data.titles), families = Object.keys(data.colours), out = root.querySelector(".named");
  const sort = SORTS.get(root) ?? { by: "", down: true };
  SORTS.set(root, sort);
  const digits = Object.fromEntries(columns.map((column) => [column, data.rows.every(({ values }) => Number.isInteger(values[column] ?? 0)) ? 0 : 1]));

  function point(name) {
    const row = data.rows.find((each) => each.name === name);
    for (const node of [...svg.querySelectorAll(".shape"), ...table.tBodies[0].rows]) node.classList.toggle("now", node.dataset.name === name);
    out.textContent = row ? `${row.name}: ${data.titles[data.x]} ${told(row.values[data.x], digits[data.x])}, ${data.titles[data.y]} ${told(row.values[data.y], digits[data.y])}`
      : "Point at a dot or at a row of the table.";
  }
  function draw() {
    const width = Math.max(300, root.clientWidth), height = Math.min(430, Math.max(300, width * 0.42));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("aria-label", data.label);
    svg.replaceChildren();
    const rows = data.rows.filter(({ values }) => [[data.x, data.log_x], [data.y, data.log_y]]
      .every(([column, log]) => values[column] !== null && (!log || values[column] > 0)));
    if (!rows.length) return;
    const x = scale(rows.map(({ values }) => values[data.x]), data.log_x, LEFT, width - RIGHT);
    const y = scale(rows.map(({ values }) => values[data.y]), data.log_y, height - BOTTOM, TOP);
    axes(svg, { x, y, titles: { x: data.titles[data.x], y: data.titles[data.y] }, box: { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM } });
    const points = rows.map((row) => ({ row, cx: x.place(row.values[data.x]), cy: y.place(row.values[data.y]) }));
    names(svg, points, width);
    for (const { row, cx, cy } of points) {
      const dot = shapeAt(families.indexOf(row.family), [cx, cy], data.colours[row.family], 6);
      dot.classList.toggle("marked", data.marked.includes(row.name));
      dot.dataset.name = row.name;
      dot.onpointerenter = dot.onclick = () => point(row.name);
      svg.append(dot);
    }
  }
  function fill() {
    const rows = [...data.rows];
    if (sort.by) rows.sort((a, b) => {
      const [u, v] = sort.by === "name" ? [a.name, b.name] : [a.values[sort.by], b.values[sort.by]];
      if (u === null || v === null) return (u === null) - (v === null); // dashes last
      return (sort.down ? -1 : 1) * (typeof u === "string" ? u.localeCompare(v, "en", { numeric: true }) : u - v);
    });
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      line.dataset.name = row.name;
      for (const text of [row.name, ...columns.map((column) => told(row.values[column], digits[column]))]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        line.append(cell);
      }
      line.cells[0].prepend(shapeSign(families.indexOf(row.family), data.colours[row.family]));
      line.onpointerenter = line.onclick = () => point(row.name);
      return line;
    }));
  }
  function head() {
    const line = document.createElement("tr");
    for (const [column, title] of [["name", "Network"], ...Object.entries(data.titles)]) {
      const cell = document.createElement("th"), button = document.createElement("button"), now = sort.by === column;
      cell.scope = "col"; cell.setAttribute("aria-sort", now ? (sort.down ? "descending" : "ascending") : "none");
      button.type = "button"; button.textContent = title;
      button.onclick = () => {
        sort.down = now ? !sort.down : column !== "name"; sort.by = column;
        head(); fill();
        table.tHead.rows[0].querySelector("[aria-sort$=scending] button")?.focus();
      };
      cell.append(button); line.append(cell);
    }
    table.tHead.replaceChildren(line);
  }
  root.querySelector(".legend").replaceChildren(...families.map((family, k) => {
    const item = document.createElement("span");
    item.append(shapeSign(k, data.colours[family]), family);
    return item;
  }));
  root.querySelector(".pane").setAttribute("aria-label", data.label);
  head(); fill(); draw(); point("");
  sort.watch?.disconnect();
  sort.watch = new ResizeObserver(draw);
  sort.watch.observe(root);
  return () => sort.watch.disconnect();
}
