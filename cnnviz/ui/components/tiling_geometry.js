// One axis of a tiling: where its windows lie, which cells no window reads, and how large a cell can be drawn.
// An axis is {n, before, after, k, stride, dilation, size, exact, dropped, overhang}; size is null if it is refused.
const extent = (a) => a.dilation * (a.k - 1) + 1;
const padded = (a) => a.before + a.n + a.after;
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

// Windows that are placed. A refused axis has as many as floor would give: they lead up to the one that does not fit.
const placed = (a) => a.size ?? Math.max(1, Math.floor(a.exact));

// The window after the last, if it would still begin inside but end outside: what floor drops and error refuses.
function ghost(a) {
  const start = placed(a) * a.stride;
  return a.dropped > 0 && start < padded(a) ? start : null;
}

// Cells of the drawing: the padded input and whatever hangs over its end.
const reach = (a) => Math.max(padded(a) + a.overhang, ghost(a) === null ? 0 : ghost(a) + extent(a));

// Runs of cells that no weight ever reads: {from, to, end}; those at the end are dropped, the others stepped over.
function unread(a) {
  const total = padded(a), read = new Uint8Array(total + extent(a) + 1), runs = [];
  for (let j = 0; j < placed(a); j++) for (let t = 0; t < a.k; t++) read[j * a.stride + t * a.dilation] = 1;
  for (let i = 0; i < total; i++) {
    if (read[i]) continue;
    const last = runs[runs.length - 1];
    if (last && last.to === i) last.to = i + 1; else runs.push({ from: i, to: i + 1 });
  }
  return runs.map((run) => ({ ...run, end: run.to === total && run.from >= total - a.dropped }));
}

// Bars of the ruler, in as many lanes as keep them from touching; of many or long ones the first, the chosen, the last.
const lanesOf = (a) => Math.ceil(extent(a) / a.stride);
const few = (a) => lanesOf(a) > 4 || placed(a) > 64;
const lanes = (a) => (few(a) ? 3 + (ghost(a) !== null) : Math.min(lanesOf(a), placed(a) + (ghost(a) !== null)));

function bars(a, at) {
  const count = placed(a), next = ghost(a);
  const list = few(a)
    ? [[count - 1, 2], [0, 0], [at, 1]].filter(([j], i, all) => all.findIndex(([other]) => other === j) === i)
    : Array.from({ length: count }, (_, j) => [j, j % lanesOf(a)]);
  const drawn = list.map(([j, lane]) => ({ j, lane, start: j * a.stride }));
  return next === null ? drawn : [...drawn, { j: null, lane: few(a) ? 3 : count % lanesOf(a), start: next }];
}

// Sizes in pixels: both pictures have cells of the same size, side by side, or one above the other where it is narrow.
function layout([rows, columns], width, height) {
  const lane = 10, left = 12 + lane * lanes(rows), top = 12 + lane * lanes(columns);
  const wide = reach(columns), high = reach(rows), out = [Math.max(rows.exact, placed(rows)), Math.max(columns.exact, placed(columns))];
  const stacked = width < 520, gap = stacked ? 44 : 92;
  const across = stacked ? Math.min((width - left - 8) / wide, (width - 8) / out[1]) : (width - left - gap - 8) / (wide + out[1]);
  const down = stacked ? (height - top - gap) / (high + out[0]) : (height - top - 8) / Math.max(high, out[0]);
  const cell = clamp(Math.min(across, down), 0.25, 64);
  const input = { x: left, y: top, cell };
  const output = stacked
    ? { x: left, y: top + high * cell + gap, cell }
    : { x: left + wide * cell + gap, y: top + Math.max(0, (high - out[0]) * cell) / 2, cell };
  return {
    input, output, lane, stacked, gap,
    width: stacked ? width : Math.ceil(output.x + out[1] * cell + 8),
    height: Math.ceil(stacked ? output.y + out[0] * cell + 6 : Math.max(top + high * cell, output.y + out[0] * cell) + 6),
  };
}
