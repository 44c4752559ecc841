// A table as a scatter: dots with names where there is room, a sortable table below, and each points at the other.
const SVG = "http://www.w3.org/2000/svg", SORTS = new WeakMap();
const LEFT = 62, RIGHT = 14, TOP = 12, BOTTOM = 46;
const told = (x, digits) => (x === null || x === undefined ? "–" : x.toFixed(digits).replace("-", "−"));

function drawn(tag, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

// Where the ticks are: 1, 2, 5 of each decade, or steps of 1, 2, 5 · 10^k.
function ticks(low, high, log) {
  const found = [];
  if (log) {
    for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++)
      for (const m of [1, 2, 5]) if (m * 10 ** k >= low && m * 10 ** k <= high) found.push(m * 10 ** k);
    return found;
  }
  const rough = (high - low) / 6, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  for (let at = Math.ceil(low / step) * step; at <= high + 1e-9; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

function scale(values, log, from, to) {
  const bend = log ? Math.log10 : (x) => x;
  const [low, high] = [Math.min(...values), Math.max(...values)].map(bend), room = 0.06 * (high - low || 1);
  const place = (x) => from + ((bend(x) - low + room) / (high - low + 2 * room)) * (to - from);
  const back = (u) => (log ? 10 ** u : u);
  return { place, ticks: ticks(back(low - room), back(high + room), log) };
}

function axes(svg, data, { x, y, width, height }) {
  const plain = (v) => (v >= 1000 ? v.toLocaleString("en-US") : String(v).replace("-", "−"));
  for (const at of x.ticks) {
    svg.append(drawn("line", { x1: x.place(at), x2: x.place(at), y1: TOP, y2: height - BOTTOM, class: "grid" }));
    svg.append(drawn("text", { x: x.place(at), y: height - BOTTOM + 18, "text-anchor": "middle" }, plain(at)));
  }
  for (const at of y.ticks) {
    svg.append(drawn("line", { x1: LEFT, x2: width - RIGHT, y1: y.place(at), y2: y.place(at), class: "grid" }));
    svg.append(drawn("text", { x: LEFT - 8, y: y.place(at) + 5, "text-anchor": "end" }, plain(at)));
  }
  const log = (on) => (on ? " (log)" : "");
  svg.append(drawn("text", { x: (LEFT + width) / 2, y: height - 6, "text-anchor": "middle", class: "title" }, data.titles[data.x] + log(data.log_x)));
  svg.append(drawn("text", { x: 15, y: (height - BOTTOM) / 2, transform: `rotate(-90 15 ${(height - BOTTOM) / 2})`, "text-anchor": "middle", class: "title" },
    data.titles[data.y] + log(data.log_y)));
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
  const root = parentElement.querySelector(".root"), svg = root.querySelector("svg"), table = root.querySelector("table");
  const columns = Object.keys(data.titles), out = root.querySelector(".named");
  const sort = SORTS.get(root) ?? { by: "", down: true };
  SORTS.set(root, sort);
  const digits = Object.fromEntries(columns.map((column) => [column, data.rows.every(({ values }) => Number.isInteger(values[column] ?? 0)) ? 0 : 1]));

  function point(name) {
    const row = data.rows.find((each) => each.name === name);
    for (const node of [...svg.querySelectorAll("circle"), ...table.tBodies[0].rows]) node.classList.toggle("now", node.dataset.name === name);
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
    axes(svg, data, { x, y, width, height });
    const points = rows.map((row) => ({ row, cx: x.place(row.values[data.x]), cy: y.place(row.values[data.y]) }));
    names(svg, points, width);
    for (const { row, cx, cy } of points) {
      const dot = drawn("circle", { cx, cy, r: 6, fill: data.colours[row.family], class: data.marked.includes(row.name) ? "marked" : "" });
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
      const dot = document.createElement("i");
      dot.style.background = data.colours[row.family];
      line.cells[0].prepend(dot);
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
  root.querySelector(".legend").replaceChildren(...Object.entries(data.colours).map(([family, colour]) => {
    const item = document.createElement("span"), dot = document.createElement("i");
    dot.style.background = colour;
    item.append(dot, family);
    return item;
  }));
  root.querySelector(".pane").setAttribute("aria-label", data.label);
  head(); fill(); draw(); point("");
  sort.watch?.disconnect();
  sort.watch = new ResizeObserver(draw);
  sort.watch.observe(root);
  return () => sort.watch.disconnect();
}
