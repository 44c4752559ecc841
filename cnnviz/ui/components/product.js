// A · B = C on one canvas. Hover or arrow keys move the lit cell of C; a click tells the server.
const short = (v) => String(Number(v.toFixed(Math.abs(v) >= 100 ? 1 : 2))).replace("-", "−");
const within = (v, low, high) => Math.min(high, Math.max(low, v));
const GAP = 34, HEAD = 26, SMALLEST = 2, LARGEST = 52, TALLEST = 500, READABLE = 31;
const kept = new WeakMap();

// One side of a cell for all blocks, so that a row of A is as high as its row of C. Numbers are worth some height.
function measure(blocks, width, context) {
  const across = blocks.reduce((sum, b) => sum + b.columns, 0), down = Math.max(...blocks.map((b) => b.rows));
  const wide = (width - 2 * GAP - 4) / across, high = TALLEST / down;
  const readable = wide >= READABLE && down * READABLE <= 2 * TALLEST ? READABLE : SMALLEST;
  const side = within(Math.floor(Math.min(wide, high)), readable, LARGEST);
  let left = 2;
  const places = blocks.map((b) => {
    const at = left;
    left += Math.max(b.columns * side, Math.ceil(context.measureText(b.title).width)) + GAP;
    return at;
  });
  return { side, places, width: left - GAP + 2, height: HEAD + down * side + 4 };
}

function paintBlock(context, block, left, side, theme) {
  const colour = shade(block.values, block.hue, theme, false), numbered = side >= READABLE;
  context.textAlign = "center"; context.textBaseline = "middle";
  for (let r = 0; r < block.rows; r++) for (let c = 0; c < block.columns; c++) {
    const value = block.values[r * block.columns + c], rgb = colour(value);
    const x = left + c * side, y = HEAD + r * side;
    context.fillStyle = css(rgb); context.fillRect(x, y, side, side);
    if (side >= 6) { context.strokeStyle = css(theme.soft); context.lineWidth = 1; context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1); }
    if (!numbered) continue;
    const text = short(value);
    context.fillStyle = css(value === 0 ? mix(theme.page, theme.ink, 0.62) : inkOn(rgb));
    context.font = `${within(Math.round(0.36 * side), 14, 18)}px ${theme.font}`;
    context.fillText(text, x + side / 2, y + side / 2 + 0.5, side - 2);
  }
  context.strokeStyle = css(theme.line); context.lineWidth = 1;
  context.strokeRect(left + 0.5, HEAD + 0.5, block.columns * side - 1, block.rows * side - 1);
}

function outline(context, hue, box) {
  context.strokeStyle = HUES[hue][0]; context.lineWidth = 3;
  context.strokeRect(...box);
}

function sentence([a, b, c], [row, column]) {
  const terms = [];
  for (let k = 0; k < a.columns; k++) {
    const w = a.values[row * a.columns + k], x = b.values[k * b.columns + column];
    if (w !== 0) terms.push(`${short(w)}·${x < 0 ? `(${short(x)})` : short(x)}`);
  }
  const shown = terms.length > 9 ? [...terms.slice(0, 8), "…", terms[terms.length - 1]] : terms;
  const sum = short(c.values[row * c.columns + column]), where = c.columns > 1 ? `row ${row}, column ${column}` : `row ${row}`;
  return `${where}: ${(shown.join(" + ") || "0").replaceAll("+ −", "− ")} = ${sum}`;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".product"), canvas = root.querySelector("canvas"), told = root.querySelector(".told");
  const blocks = data.blocks.map((b) => ({ ...b, values: unpacked(b.values, Float32Array) })), [a, b, c] = blocks;
  const state = kept.get(parentElement) ?? {};
  kept.set(parentElement, state);
  let cell = data.cell, place, base, drawn;
  canvas.setAttribute("aria-label", data.alt);

  function draw() {
    const theme = readTheme(root), ratio = devicePixelRatio || 1;
    drawn = root.clientWidth;
    const context = canvas.getContext("2d");
    context.font = `15px ${theme.font}`;
    place = measure(blocks, root.clientWidth - 6, context);
    canvas.width = place.width * ratio; canvas.height = place.height * ratio;
    canvas.style.width = `${place.width}px`; canvas.style.height = `${place.height}px`;
    context.scale(ratio, ratio);
    blocks.forEach((block, k) => {
      paintBlock(context, block, place.places[k], place.side, theme);
      context.fillStyle = css(theme.ink); context.font = `15px ${theme.font}`;
      context.textAlign = "left";
      context.fillText(block.title, place.places[k], 11);
      if (k === 2) return;
      context.textAlign = "center"; context.font = `20px ${theme.font}`;
      context.fillText("·="[k], place.places[k + 1] - GAP / 2, HEAD + Math.min(a.rows, b.rows, c.rows) * place.side / 2);
    });
    base = document.createElement("canvas");
    base.width = canvas.width; base.height = canvas.height;
    base.getContext("2d").drawImage(canvas, 0, 0);
    light();
  }
  // The blocks stay as drawn; only the frames move.
  function light() {
    const context = canvas.getContext("2d"), { side, places } = place, [row, column] = cell;
    context.clearRect(0, 0, place.width, place.height);
    context.drawImage(base, 0, 0, place.width, place.height);
    outline(context, a.hue, [places[0], HEAD + row * side, a.columns * side, side]);
    outline(context, b.hue, [places[1] + column * side, HEAD, side, b.rows * side]);
    outline(context, c.hue, [places[2] + column * side, HEAD + row * side, side, side]);
    told.textContent = sentence(blocks, cell);
  }
  // Where a pointer is: in C both parts, in A the row, in B the column.
  function under(event) {
    const box = canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top - HEAD;
    const k = blocks.findIndex((block, i) => x >= place.places[i] && x < place.places[i] + block.columns * place.side);
    const row = Math.floor(y / place.side), column = k < 0 ? -1 : Math.floor((x - place.places[k]) / place.side);
    if (k < 0 || row < 0 || row >= blocks[k].rows) return null;
    return [[row, cell[1]], [cell[0], column], [row, column]][k];
  }
  const settle = () => setTriggerValue("cell", cell);
  canvas.onpointermove = (event) => { const at = under(event); if (at) { cell = at; light(); } };
  canvas.onpointerleave = () => { cell = data.cell; light(); };
  canvas.onclick = (event) => { const at = under(event); if (at) { cell = data.cell = at; light(); settle(); } };
  canvas.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Enter") settle();
    if (!move) return;
    event.preventDefault();
    cell = data.cell = [within(cell[0] + move[0], 0, c.rows - 1), within(cell[1] + move[1], 0, c.columns - 1)];
    light();
  };
  state.watch?.disconnect();
  // drawing changes the height: only another width is a reason to draw again
  state.watch = new ResizeObserver(() => { if (root.clientWidth !== drawn) draw(); });
  state.watch.observe(root);
  draw();
  return () => state.watch.disconnect();
}
