// Where each grid stands: tries the arrangements that make sense and keeps the one with the largest cells. A box is
// {w, h, item, inside}; an item is a grid {panel, index, rows, columns, cell, x, y} or a text {text, x, y}; all in CSS pixels.
const GAP = 14, OPERATOR = 40;
// What grows with the page's type (the projector's switch): heights of titles, the smallest cell that holds a number.
const type = { unit: 1, caption: 28, label: 22, numbers: 24, chips: 48, largest: 84 };
function setType(unit, height) {
  Object.assign(type, { unit, caption: 28 * unit, label: 22 * unit, numbers: 24 * unit, chips: 48 * unit, largest: Math.round(Math.max(84, Math.min(120, height / 4.7)) * unit) });
}

// Boxes only point to what is inside them, so that hundreds of arrangements can be tried within a few milliseconds.
const leaf = (w, h, item) => ({ w, h, item });
function flatten(box, x, y, found = []) {
  if (box.item) found.push({ ...box.item, x: x + box.item.x, y: y + box.item.y });
  for (const [inner, dx, dy] of box.inside ?? []) flatten(inner, x + dx, y + dy, found);
  return found;
}
const textWidth = (text, size) => 0.56 * size * text.length;

function beside(boxes, gap, middle = true) {
  let h = 0, x = 0;
  for (const box of boxes) h = Math.max(h, box.h);
  const inside = boxes.map((box) => { const at = [box, x, middle ? Math.floor((h - box.h) / 2) : 0]; x += box.w + gap; return at; });
  return { w: x - gap, h, inside };
}
function below(boxes, gap) {
  let w = 0, y = 0;
  const inside = boxes.map((box) => { const at = [box, 0, y]; y += box.h + gap; w = Math.max(w, box.w); return at; });
  return { w, h: y - gap, inside };
}
function tiled(boxes, columns, gap) {
  const rows = [];
  for (let k = 0; k < boxes.length; k += columns) rows.push(beside(boxes.slice(k, k + columns), gap, false));
  return below(rows, gap);
}
const gridBox = (panel, index, size, cell) => leaf(size.columns * cell, size.rows * cell, { panel, index, ...size, cell, x: 0, y: 0 });
function titled(box, text, panel, size = 16) {
  const head = size > 14, h = Math.round(head ? type.caption : type.label), real = size * type.unit;
  return { w: Math.max(box.w, Math.ceil(textWidth(text, real)) + (head ? 18 : 0)), h: box.h + h,
    item: { text, panel, head, size: real, x: 0, y: h - 9 }, inside: [[box, 0, h]] };
}
function operatorBox(text, vertical) {
  const w = Math.max(OPERATOR, Math.ceil(textWidth(text, 28)) + (vertical ? 4 : 16)), h = vertical ? 34 : 40;
  return leaf(w, h, { text, operator: true, size: 28, x: w / 2, y: h / 2 + (vertical ? 0 : type.caption / 2) });
}

// Small multiples of what is not in focus; one item until the arrangement is chosen, because many are tried.
function thumbsBox(panel, size, indices, side, wanted) {
  const cell = side / Math.max(size.rows, size.columns), columns = Math.max(1, Math.min(wanted, indices.length));
  const dx = size.columns * cell + 5, dy = size.rows * cell + 5;
  return leaf(columns * dx - 5, Math.ceil(indices.length / columns) * dy - 5,
    { panel, thumbs: { indices, columns, dx, dy }, ...size, cell, x: 0, y: 0 });
}
const spread = (item) => (!item.thumbs ? [item] : item.thumbs.indices.map((index, k) => ({ ...item, index, thumbs: null,
  x: item.x + (k % item.thumbs.columns) * item.thumbs.dx, y: item.y + Math.floor(k / item.thumbs.columns) * item.thumbs.dy })));
// What one output is called: pooling keeps the channels of its input.
const nameOf = (scene) => (scene.pooling ? "channel" : "filter");
const thumbSide = (count, width) => Math.round((count <= 4 ? 96 : count <= 16 ? 60 : count <= 64 ? 30 : 20) * (width > 1100 ? 1.3 : 1));

function inputBox(scene, used, plan) {
  const grids = used.map((c) => gridBox("input", c, scene.inFrame, plan.cell));
  const named = used.length > 1 || scene.channels > 1 ? grids.map((g, k) => titled(g, `channel ${used[k]}`, "input", 14)) : grids;
  const rest = Array.from({ length: scene.channels }, (_, c) => c).filter((c) => !used.includes(c));
  const box = titled(tiled(named, plan.columns, GAP), "Input", "input");
  if (!rest.length) return box;
  const side = (rest.length > 6 ? 30 : 48), columns = Math.floor((Math.max(box.w, rest.length > 6 ? 300 : 180) + 5) / (side + 5));
  return below([box, titled(thumbsBox("unused", scene.inFrame, rest, side, columns), "not read here", "input", 14)], 8);
}

function kernelBox(scene, used, plan) {
  const size = { rows: scene.kernel[0], columns: scene.kernel[1] }, { lens } = plan;
  const grids = used.map((channel) => {
    const parts = plan.patch ? [titled(gridBox("patch", channel, size, lens), "seen now", "input", 14)] : [];
    if (scene.weights) {
      const turned = gridBox("kernel", channel, size, lens);
      if (scene.flipped && used.length === 1) parts.push(titled(gridBox("written", channel, size, lens), "as written", "kernel", 14));
      if (used.length > 1) parts.push(titled(turned, scene.flipped ? `${channel}, turned 180°` : `channel ${channel}`, "kernel", 14));
      else parts.push(scene.flipped ? titled(turned, "turned by 180°", "kernel", 14) : turned);
    }
    return plan.lensAside ? beside(parts, 8, false) : below(parts, 6);
  });
  const parts = [tiled(grids, plan.columns, GAP)], size1 = { rows: 1, columns: 1 };
  if (scene.bias) parts.push(titled(gridBox("bias", 0, size1, Math.max(44, Math.min(lens, 60))), "+ bias", "kernel", 14));
  const join = plan.way === "row" && !plan.lensAside ? below : beside;
  const name = scene.filters > 1 ? `Kernel of filter ${plan.filter}` : "Kernel";
  return titled(join(parts, 10), scene.weights ? name : "Window", scene.weights ? "kernel" : "input");
}

function outputBox(scene, plan) {
  const main = gridBox("output", plan.filter, scene.outFrame, plan.outCell);
  if (scene.filters === 1) return titled(main, "Output", "output");
  const focus = titled(titled(main, `${nameOf(scene)} ${plan.filter}`, "output", 14), "Output", "output");
  const side = thumbSide(scene.filters, plan.width), all = Array.from({ length: scene.filters }, (_, o) => o);
  const rows = Math.max(1, Math.floor((Math.max(focus.h, plan.height) - 2 * type.label + 5) / (side + 5)));
  let columns = Math.floor(((plan.way === "stack" ? plan.width : plan.way === "under" ? Math.max(main.w, plan.width / 2) : Math.max(main.w, 200)) + 5) / (side + 5));
  if (plan.aside) {
    columns = Math.ceil(scene.filters / rows);
    // whole rows look calmer than a last one of a single picture
    columns += Math.max(0, [0, 1, 2].findIndex((more) => scene.filters % (columns + more) === 0));
  }
  const thumbs = titled(thumbsBox("thumb", { rows: scene.outHeight, columns: scene.outWidth }, all, side, columns), `all ${scene.filters} ${nameOf(scene)}s`, "output", 14);
  return plan.aside ? beside([focus, thumbs], GAP, false) : below([focus, thumbs], 8);
}

function compose(scene, used, plan) {
  const input = inputBox(scene, used, plan), output = outputBox(scene, plan), middle = scene.weights || plan.patch;
  const vertical = plan.way === "stack", into = scene.weights ? "∗" : "→";
  const result = scene.kind === "max" ? "max" : scene.kind === "average" ? "mean" : "=";
  if (!middle) return (vertical ? (b) => below(b, 6) : (b) => beside(b, 0))([input, operatorBox(`→ ${result}`, vertical), output]);
  const kernel = kernelBox(scene, used, plan), sign = (text) => operatorBox(text, vertical);
  if (plan.way === "row") return beside([input, sign(into), kernel, sign(scene.pooling ? `${result} =` : "="), output], 0);
  if (plan.way === "under") return below([input, beside([sign(into), kernel, sign(scene.pooling ? `${result} =` : "="), output], 0)], 10);
  if (plan.way === "over") return beside([below([input, kernel], 10), sign("="), output], 0);
  return below([input, sign(into), kernel, sign("="), output], 4);
}

// Plans worth trying; the numbers of a kernel are readable even where the cells of the input are too small for any.
function* plans(scene, used, { width, height, filter }) {
  const narrow = width < 620, many = used.length;
  const columnWays = many <= 4 ? Array.from({ length: many }, (_, k) => k + 1) : [Math.ceil(Math.sqrt(many)), Math.ceil(Math.sqrt(2 * many)), Math.ceil(many / 2)];
  const longest = Math.max(...scene.kernel);
  for (const columns of new Set(columnWays))
    for (const way of narrow ? (scene.inFrame.rows === 1 ? ["stack"] : ["under", "stack", "row"]) : scene.inFrame.rows === 1 ? ["stack"] : ["row", "over"])
      for (const lens of [0, 44, 36, 30, 26, 20, 14].filter((size) => !size || size * longest <= 260))
        for (const aside of scene.filters > 1 ? (width < 620 ? [false] : [true, false]) : [true])
          for (const zoom of many > 1 ? [1, 1.5, 2] : [1])
            for (const patch of lens ? ["none", "below", "beside"] : ["none", "below"])
              yield { columns, way, lens, aside, zoom, patch: patch !== "none", lensAside: patch === "beside", width, height, filter };
}

function finish(scene, plan, cell) {
  const small = cell < type.numbers || scene.picture, most = small ? Math.floor(cell * plan.zoom) : cell;
  // few outputs of many small cells (a global pool) are drawn large enough to be read
  const few = Math.max(scene.outFrame.rows, scene.outFrame.columns) <= 4;
  return { ...plan, cell, outCell: few ? Math.max(most, 40) : most,
    patch: plan.patch && small && !scene.transposed && scene.kernel[0] * scene.kernel[1] <= 121, lens: plan.lens || Math.min(cell, type.largest) };
}
// What the last row of a lecture hall gains from a plan: the size of the grids, and that numbers can stand in them.
function worth(scene, { cell, outCell, lens, patch }) {
  const size = (frame, side) => 100 * Math.log2(Math.min(320, side * Math.max(frame.rows, frame.columns)));
  const numbers = (side) => (side >= 34 ? 120 : side >= type.numbers ? 90 : 0);
  const kernel = scene.weights || patch ? numbers(lens) + Math.min(lens, 44) : 0;
  return size(scene.inFrame, cell) + 0.8 * size(scene.outFrame, outCell) + numbers(cell) + numbers(outCell) + kernel + (patch ? 60 : 0) + 2 * Math.min(cell, 60)
    - (lens < cell ? 80 : 0);
}

// No cell of a plan can be larger than this: the grids alone would not fit.
function ceilingOf(scene, used, { columns, zoom }, { width, tall }) {
  const { inFrame, outFrame } = scene, across = Math.min(columns, used.length) * inFrame.columns;
  const down = Math.ceil(used.length / columns) * inFrame.rows;
  const room = Math.min(width / across, tall / down, width / outFrame.columns / zoom, tall / outFrame.rows / zoom);
  return Math.max(1, Math.floor(Math.min(type.largest, room)));
}

// The plan of most worth: the most promising are tried first, until none of the rest could be better.
function choose(scene, used, size) {
  const fits = (box) => box.w <= size.width && box.h <= size.tall;
  const tries = [...plans(scene, used, size)].map((plan) => {
    const most = ceilingOf(scene, used, plan, size);
    return { plan, most, bound: worth(scene, finish(scene, plan, most)) };
  }).sort((a, b) => b.bound - a.bound);
  let best = null;
  for (const { plan, most, bound } of tries) {
    if (best && bound <= best.value) break;
    let low = 1, high = most + 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fits(compose(scene, used, finish(scene, plan, middle)))) low = middle; else high = middle;
    }
    const done = finish(scene, plan, low), box = compose(scene, used, done);
    const value = worth(scene, done) - (fits(box) ? 0 : 1000 + box.w + box.h);
    if (!best || value > best.value) best = { value, plan: done };
  }
  return best.plan;
}

// `known` is the plan of another filter of the same scene: what stands where does not depend on the filter.
function arrange(scene, { filter, width, height }, known = null) {
  // a phone scrolls anyway: several channels and many filters may take more of it
  const used = channelsOf(scene, filter), more = 1.35 + (used.length > 1 || scene.filters > 1 ? 0.8 : 0) + (scene.filters > 16 ? 0.5 : 0);
  const tall = width < 620 ? more * height : height;
  const plan = { ...(known ?? choose(scene, used, { filter, width, height, tall })), filter }, box = compose(scene, used, plan);
  const items = flatten(box, Math.max(0, Math.floor((width - box.w) / 2)), 0).flatMap(spread);
  return { width, height: Math.ceil(box.h) + 2, plan, used, grids: items.filter((i) => !i.text), texts: items.filter((i) => i.text) };
}
