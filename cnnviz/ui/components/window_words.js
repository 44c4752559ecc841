// The numbers in words: the sum of a cell written out, and what a cell under the pointer is joined to.
function trimmed(value, decimals) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const fixed = value.toFixed(decimals), text = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  return (text === "-0" ? "0" : text).replace("-", "−");
}
// Three significant decimals are enough to follow a sum; large numbers need fewer.
function number(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return Number.isFinite(value) ? value.toExponential(1).replace("-", "−").replace("e-", "e−") : "–";
  return trimmed(value, size >= 1000 ? 1 : size >= 100 ? 2 : 3);
}
const part = (text, role = "") => ({ text, role });
const bracket = (value) => (value < 0 ? `(${number(value)})` : number(value));
const at = (y, x) => `row ${y}, column ${x}`;

// " + 0.5·80" as parts; the first term keeps its own sign.
function product(w, x, first) {
  const sign = first ? (w < 0 ? "−" : "") : w < 0 ? " − " : " + ";
  return [part(sign), part(number(Math.abs(w)), "weight"), part("·"), part(bracket(x), "value")];
}
function signed(value, first, role) {
  return [part(first ? (value < 0 ? "−" : "") : value < 0 ? " − " : " + "), part(number(Math.abs(value)), role)];
}
// As many terms as there is room for, counted in characters; the last one always stands.
const lengthOf = (parts) => parts.reduce((sum, p) => sum + p.text.length + (p.role ? 0.8 : 0), 0);
function listed(terms, room, write, gap) {
  const written = terms.map((t, k) => write(t, k === 0)), lengths = written.map(lengthOf);
  if (lengths.reduce((a, b) => a + b, 0) <= room) return written.flat();
  let left = room - gap.length - (lengths.at(-1) ?? 0), count = 0;
  while (count < written.length - 2 && (left -= lengths[count]) >= 0) count++;
  count = Math.max(1, count);
  return [...written.slice(0, count).flat(), part(gap), ...written.slice(Math.max(count, written.length - 1)).flat()];
}
const comma = (text) => (term, first) => [part(first ? "" : text), part(number(term.x), term.best ? "best" : "value")];

function poolTerms(scene, filter, y, x, room) {
  const output = part(number(outputAt(scene, filter, y, x)), "result");
  if (scene.kind === "average") {
    const { terms, count } = averageOf(scene, filter, y, x);
    return [part("("), ...listed(terms, room, (t, first) => [part(first ? "" : " + "), part(bracket(t.x), "value")], " + … "), part(`) / ${count} = `), output];
  }
  const { terms } = termsOf(scene, filter, y, x)[0], best = winner(terms);
  const marked = terms.map((t, k) => ({ ...t, best: k === best }));
  const many = Math.floor(room / 6), shown = marked.length <= many ? marked : [...marked.slice(0, many - 1).filter((t) => !t.best), marked[best]];
  const gap = marked.length > many ? [part(", …")] : [];
  return [part("max("), ...shown.flatMap((t, k) => comma(", ")(t, k === 0)), ...gap, part(") = "), output];
}
const winner = (terms) => terms.reduce((best, t, k) => (t.x > terms[best].x ? k : best), 0);

// Lines of parts: one per channel with its partial sum, then all of them and the bias.
function sumLines(scene, filter, y, x, room) {
  const label = [part(`output ${at(y, x)}:  `, "where")];
  if (scene.pooling) return [[...label, ...poolTerms(scene, filter, y, x, room)]];
  const groups = termsOf(scene, filter, y, x), output = part(number(outputAt(scene, filter, y, x)), "result");
  const bias = scene.bias ? [...signed(biasAt(scene, filter), false, "weight"), part(" (bias)")] : [];
  const write = (t, first) => product(t.w, t.x, first);
  if (groups.length === 1) {
    const { terms } = groups[0], empty = terms.length ? [] : [part("no input reaches this cell: 0")];
    return [[...label, ...listed(terms, 1.9 * room, write, " + … "), ...empty, ...bias, part(" = "), output]];
  }
  const lines = groups.slice(0, 4).map(({ channel, terms, sum }) =>
    [part(`channel ${channel}:  `), ...listed(terms, room, write, " + … "), part(" = "), part(number(sum))]);
  if (groups.length > 4) lines.splice(3, 1, [part(`… and ${groups.length - 3} more channels`)]);
  const sums = groups.map((g) => ({ sum: g.sum }));
  return [...lines, [...label, ...listed(sums, room, (t, first) => signed(t.sum, first, ""), " + … "), ...bias, part(" = "), output]];
}

// What one step of a transposed convolution does: an input cell times the kernel, added to the output.
function stampLines(scene, filter, step, room) {
  const [row, column] = placeOf(scene, step), [y, x] = cellOf(scene, step), channel = channelsOf(scene, filter)[0];
  const found = targets(scene, row, column), value = valueAt(scene, channel, row, column);
  const write = (t, first) => [part(first ? "" : ", "), ...product(weightAt(scene, filter, channel, t.i, t.j), value, true)];
  return [[part("adds  "), ...listed(found, room, write, ", … "), part(`  to ${found.length} cells`)],
    ...sumLines(scene, filter, y, x, room).slice(-1)];
}

// What lights up with a cell: input cells, weights and outputs that belong together, and the line that says so.
function linksOf(scene, target, { filter, step }) {
  const { panel, index, row, column } = target;
  if (panel === "output") return outputLinks(scene, filter, row, column);
  if (panel === "input" || panel === "unused") return inputLinks(scene, filter, index, row, column);
  if (panel === "kernel" || panel === "written") return weightLinks(scene, filter, target, step);
  if (panel === "bias") return { words: [part("bias "), part(number(biasAt(scene, filter)), "weight"), part(" is added to every output cell of this filter")] };
  if (panel === "thumb") return { words: [part(`${nameOf(scene)} ${index}: click to put it in focus`)] };
  return null;
}
function outputLinks(scene, filter, row, column) {
  const y = row - scene.cutTop, x = column - scene.cutLeft;
  if (!within(y, scene.outHeight) || !within(x, scene.outWidth))
    return { words: [part("cut off by the padding: this cell is not part of the output")] };
  const places = sources(scene, y, x);
  return { cells: places.map((p) => ({ ...p, chip: true })), weights: places, outputs: [{ y, x }], sum: [y, x] };
}
function inputLinks(scene, filter, channel, row, column) {
  const value = valueAt(scene, channel, row, column), place = at(row - scene.top, column - scene.left);
  const cell = [{ row, column, channel }];
  if (Number.isNaN(value)) return { cells: cell, words: [part("outside even the padding: there is nothing to read")] };
  const found = channelsOf(scene, filter).includes(channel) ? targets(scene, row, column) : [];
  const outputs = found.map((t) => ({ ...t, weight: scene.weights ? weightAt(scene, filter, channel, t.i, t.j) : null }));
  const words = [part(isPadding(scene, row, column) ? "padding " : "input "), part(number(value), "value"), part(` at ${place} `)];
  const verb = scene.transposed ? "is stamped on" : "is read by";
  words.push(part(found.length ? `${verb} ${found.length} output${found.length > 1 ? "s" : ""}` : `${verb} no output of this ${nameOf(scene)}`));
  if (scene.weights) words.push(...outputs.slice(0, 4).flatMap((t, k) => [part(`${k ? "," : ":"} ×`), part(number(t.weight), "weight"), part(` → (${t.y}, ${t.x})`)]));
  if (scene.weights && outputs.length > 4) words.push(part(", …"));
  return { cells: cell, weights: found.map((t) => ({ ...t, channel })), outputs, words };
}
function weightLinks(scene, filter, { panel, index, row, column }, step) {
  const [kh, kw] = scene.kernel, [i, j] = panel === "written" ? [kh - 1 - row, kw - 1 - column] : [row, column];
  const weight = weightAt(scene, filter, index, i, j), trace = [], [y, x] = placeOf(scene, step);
  let now = null;
  for (let k = 0; k < scene.steps; k++) {
    const [a, b] = placeOf(scene, k);
    const pair = scene.transposed ? targets(scene, a, b).find((t) => t.i === i && t.j === j)
      : sources(scene, a, b).find((t) => t.i === i && t.j === j);
    if (!pair) continue;
    const link = scene.transposed ? { row: a, column: b, y: pair.y, x: pair.x } : { row: pair.row, column: pair.column, y: a, x: b };
    trace.push(link);
    if (a === y && b === x) now = link;
  }
  const words = [part("weight "), part(number(weight), "weight")];
  if (now) {
    const value = valueAt(scene, index, now.row, now.column);
    words.push(part(" · input "), part(number(value), "value"), part(" adds "), part(number(weight * value)), part(` to output ${at(now.y, now.x)}; `));
  } else words.push(part(" meets no input at this step; "));
  words.push(part(`the same weight is used ${trace.length} times`));
  return { cells: now ? [{ ...now, channel: index }] : [], weights: [{ i, j, channel: index }], outputs: now ? [now] : [], trace, traceChannel: index, words };
}
