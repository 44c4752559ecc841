// The ledger: a table of layers, and what a unit of the chosen layer sees of the picture. Rows, units, sorting and
// folding move here, at once; the server hears of the settled choice only, for the link and the strip below.
const STATES = new WeakMap();
const SETTLED = 300; // ms without a further move
const COLUMNS = [["name", "Layer"], ["source", "What it does"], ["output", "Output"], ["params", "Parameters"], ["macs", "MACs"],
  ["bytes", "Memory"], ["field", "Field"], ["jump", "Jump"], ["offset", "Offset"]];
const BARS = { params: "weights", macs: "work", bytes: "memory" };
const three = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
function short(x, unit = "") {
  if (x < 1000) return `${x}${unit && ` ${unit}`}`;
  const k = Math.min(3, Math.floor(Math.log10(x) / 3 + 1e-9));
  return `${three(x / 1000 ** k)} ${unit ? ["", "k", "M", "G"][k] + unit : ["", "k", "M", "G"][k]}`;
}
const none = (text) => (x) => (x ? text(x) : "–");
const TEXT = { params: none(whole), macs: none(short), bytes: none((x) => short(x, "B")), field: whole, jump: whole, offset: half };

// One line per layer, or per block of layers when folded: sums of the counts, the rest as it is after the last layer.
// Rows that count nothing and see what the row before them saw (activations, dropout) are left out unless asked for.
function lines({ rows }, { kept, row }) {
  const made = [];
  rows.name.forEach((name, k) => {
    if (kept === "counting" && rows.idle[k] && k !== row) return;
    const block = kept === "blocks" ? rows.block[k] : "";
    const last = made.at(-1);
    if (block && last?.block === block) {
      for (const count of Object.keys(BARS)) last[count] += rows[count][k];
      last.to = k; last.layers += 1; last.name = block; last.source = `${last.layers} layers`;
      for (const size of ["output", "area", "field", "jump", "offset"]) last[size] = rows[size][k];
      return;
    }
    const line = { from: k, to: k, layers: 1, block };
    for (const key of ["name", "depth", "source", "output", "area", "params", "macs", "bytes", "field", "jump", "offset"]) line[key] = rows[key][k];
    made.push(line);
  });
  return made;
}

function sorted(made, { by, down }) {
  if (!by) return made;
  const key = by === "output" ? "area" : by;
  const order = (a, b) => (typeof a[key] === "string" ? a[key].localeCompare(b[key], "en", { numeric: true }) : a[key] - b[key]);
  return [...made].sort((a, b) => (down ? order(b, a) : order(a, b)));
}

function element(tag, text = "", name = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (name) node.className = name;
  return node;
}

function body(table, state, data) {
  const made = sorted(lines(data, state), state.sort);
  const top = Object.fromEntries(Object.keys(BARS).map((key) => [key, Math.max(1, ...made.map((line) => line[key]))]));
  table.tBodies[0].replaceChildren(...made.map((line) => {
    const row = element("tr");
    row.line = line;
    row.tabIndex = -1;
    for (const [key] of COLUMNS) {
      const cell = element("td", "", TEXT[key] ? "number" : key);
      const text = TEXT[key] ? TEXT[key](line[key]) : line[key];
      cell.append(element("span", text));
      if (!TEXT[key] || key === "macs" || key === "bytes") cell.title = TEXT[key] ? whole(line[key]) : line[key];
      if (BARS[key] && line[key] > 0) {
        const bar = element("i", "", BARS[key]);
        bar.style.width = `${(100 * line[key]) / top[key]}%`;
        cell.prepend(bar);
      }
      if (key === "name") cell.style.paddingLeft = `${0.45 + 0.7 * (line.layers > 1 ? 0 : line.depth)}rem`;
      row.append(cell);
    }
    return row;
  }));
}

// Buttons that sort: largest first, smallest first, then the order of the network.
function head(table, state, resort) {
  if (!table.tHead.rows.length) {
    const row = element("tr");
    for (const [key, title] of COLUMNS) {
      const cell = element("th", "", TEXT[key] ? "number" : key), button = element("button", title);
      cell.scope = "col"; cell.dataset.key = key; button.type = "button";
      cell.append(button);
      row.append(cell);
    }
    table.tHead.append(row);
  }
  for (const cell of table.tHead.rows[0].cells) {
    const { key } = cell.dataset, now = state.sort.by === key;
    cell.setAttribute("aria-sort", now ? (state.sort.down ? "descending" : "ascending") : "none");
    cell.firstChild.onclick = () => {
      const first = key !== "name" && key !== "source";
      state.sort = !now ? { by: key, down: first } : state.sort.down === first ? { by: key, down: !first } : { by: "", down: false };
      resort();
    };
  }
}

function adopt(state, data) {
  const asked = JSON.stringify(data.view), k = state.sent.indexOf(asked);
  const same = state.stack === data.stack;
  if (same && k >= 0) state.sent.splice(0, k + 1); // our own words come back: we may be further by now
  else if (!same || asked !== state.seen) {
    const { row, unit, show, kept, sort } = data.view;
    Object.assign(state, { row, unit: unit ?? middle(data, row), show, kept, sent: [], stack: data.stack, built: false });
    state.sort = { by: sort.replace("-", ""), down: sort.startsWith("-") };
  }
  state.seen = asked;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root"), find = (name) => root.querySelector(name);
  const table = find("table"), canvas = find(".stage"), heatSwitch = find("[name=heat]"), kept = find("[name=kept]");
  if (!STATES.has(root)) STATES.set(root, { sent: [], settling: new Settling(root, SETTLED) });
  const state = STATES.get(root);
  adopt(state, data);
  const colours = unpacked(data.colours);
  state.heat = data.heat && { key: place({ row: data.heat.row, unit: data.heat.unit }), note: data.heat.note, canvas: painted(data.heat, colours) };

  function draw() {
    const drawing = stage(canvas, state, data), drawn = drawPicture(drawing, state, data);
    drawBox(drawing, box(data, state.row, state.unit), drawn);
    drawUnits(drawing, state, data);
    const words = told(state, data, drawn);
    find(".told").textContent = words;
    canvas.setAttribute("aria-label", words);
    find(".scale").hidden = !drawn;
  }
  function mark(focus) {
    for (const row of table.tBodies[0].rows) {
      const now = row.line.from <= state.row && state.row <= row.line.to;
      if (row.getAttribute("aria-selected") !== String(now)) {
        row.setAttribute("aria-selected", String(now));
        row.tabIndex = now ? 0 : -1;
      }
      if (!now) continue;
      if (focus) row.focus({ preventScroll: true });
      if (state.sort.by && !focus) continue; // sorted: what is largest or smallest stays in view
      const pane = find(".pane"), headed = table.tHead.offsetHeight;
      const above = row.offsetTop - headed - pane.scrollTop, below = row.offsetTop + row.offsetHeight - pane.clientHeight - pane.scrollTop;
      if (above < 0) pane.scrollTop += above; else if (below > 0) pane.scrollTop += below;
    }
  }
  function tell() {
    state.settling.later(() => {
      const centre = String(middle(data, state.row)) === String(state.unit);
      const { row, unit, show, sort } = state;
      const view = { row, unit: centre ? null : unit, show, kept: state.kept, sort: `${sort.down && sort.by ? "-" : ""}${sort.by}` };
      const words = JSON.stringify(view);
      if (words === (state.sent.at(-1) ?? state.seen)) return;
      state.sent = [...state.sent.slice(-20), words];
      setStateValue("view", view);
    });
  }
  function choose(row, unit, focus = false) {
    state.row = row;
    const [down, across] = data.rows.grid[row];
    state.unit = unit ? [clamp(unit[0], 0, down - 1), clamp(unit[1], 0, across - 1)] : middle(data, row);
    draw(); mark(focus); tell();
  }
  function rebuild() { head(table, state, resort); body(table, state, data); mark(false); }
  function resort() { rebuild(); find(".pane").scrollTop *= !state.sort.by; tell(); }

  const totals = find(".totals");
  totals.replaceChildren(...data.totals.map(({ value, label, note }) => {
    const node = element("div");
    node.append(element("strong", value), element("span", label), element("small", note));
    return node;
  }));
  table.setAttribute("aria-label", data.label);
  kept.options[2].disabled = !data.rows.block.some((name, k) => name && name === data.rows.block[k + 1]);
  if (kept.options[2].disabled && state.kept === "blocks") state.kept = "counting";
  kept.value = state.kept;
  kept.onchange = () => { state.kept = kept.value; resort(); };
  if (!state.built) body(table, state, data);
  state.built = true;
  head(table, state, resort);
  heatSwitch.checked = state.show;
  heatSwitch.onchange = () => { state.show = heatSwitch.checked; draw(); tell(); };

  table.tBodies[0].onclick = (event) => {
    const row = event.target.closest("tr");
    if (row) choose(row.line.to, null, true);
  };
  table.tBodies[0].onkeydown = (event) => {
    const all = [...table.tBodies[0].rows], at = all.indexOf(event.target.closest("tr"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(all[clamp(to, 0, all.length - 1)].line.to, null, true);
  };
  canvas.onclick = (event) => {
    const area = canvas.getBoundingClientRect(), [height, width] = data.size, scale = (area.width * (1 - 2 * MARGIN)) / Math.max(height, width);
    const at = [event.clientY - area.top, event.clientX - area.left].map((v) => (v - MARGIN * area.width) / scale);
    const [top, left, h, w] = data.rows.start[state.row], [jy, jx] = data.rows.jumps[state.row];
    choose(state.row, [Math.round((at[0] - top - h / 2) / jy), Math.round((at[1] - left - w / 2) / jx)]);
  };
  canvas.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    choose(state.row, [state.unit[0] + move[0], state.unit[1] + move[1]]);
  };
  if (state.address !== data.picture || state.cropped !== String(data.size)) {
    const image = new Image();
    image.onload = () => { state.picture = shrunk(image, data.size); draw(); };
    image.src = state.address = data.picture;
    state.cropped = String(data.size);
  }
  const ramp = find(".ramp").getContext("2d"), pixels = ramp.createImageData(256, 1);
  for (let k = 0; k < 256; k++) pixels.data.set([colours[3 * k], colours[3 * k + 1], colours[3 * k + 2], 255], 4 * k);
  ramp.putImageData(pixels, 0, 0);
  draw(); mark(false);
  state.watch?.disconnect(); // this function runs again for each answer of the server
  state.watch = new ResizeObserver(() => draw());
  state.watch.observe(find(".parts"));
  return () => { state.watch.disconnect(); state.settling.stop(); };
}
