// Where the rules go: their walks, made of the Python, on a landscape, made of the Python too or of a student's formula.
const FAR = 1e12; // as in trajectory.py: beyond this a path has diverged
const OPERATIONS = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "**": (a, b) => a ** b,
  neg: (a) => -a, sin: Math.sin, cos: Math.cos, tan: Math.tan, exp: Math.exp, log: Math.log, sqrt: Math.sqrt, abs: Math.abs,
  tanh: Math.tanh, sign: Math.sign,
};

// A postfix program as one function (x, y) => number, built on a stack; nothing is ever read as JavaScript.
function built(program) {
  const stack = [];
  for (const word of program) {
    if (typeof word === "number") stack.push(() => word);
    else if (word === "x" || word === "y") stack.push(word === "x" ? (x) => x : (x, y) => y);
    else if (Object.hasOwn(OPERATIONS, word)) {
      const run = OPERATIONS[word];
      if ("+-*/**".includes(word)) { const b = stack.pop(), a = stack.pop(); stack.push((x, y) => run(a(x, y), b(x, y))); }
      else { const a = stack.pop(); stack.push((x, y) => run(a(x, y))); }
    }
  }
  return stack.pop() ?? (() => NaN);
}
function landscapeOf({ landscape, parameters, program }) {
  if (landscape !== "own") return LANDSCAPES[landscape](parameters);
  const [value, gx, gy] = ["value", "gx", "gy"].map((name) => built(program[name]));
  return { value, gradient: (x, y) => [gx(x, y), gy(x, y)] };
}

// What each runner needs for its walk, once per message.
function readRunner(runner, place, { steps, factors, noise }) {
  const rule = RULES[runner.rule], { lr } = runner.settings;
  const walk = (runner.convention !== "torch" && rule[runner.convention]) || rule.walk;
  return { ...runner, place, walk, noise, rates: Array.from({ length: steps }, (_, k) => (factors ? lr * factors[k] : lr)) };
}

// x, y and the loss of each step, the start first, as far as they are numbers; `seen` are the gradients asked for.
function walked(runner, surface, start, goal) {
  const trail = [[start[0], start[1]]], { noise, rates } = runner, seen = [];
  const gradient = noise ? (x, y) => {
    const g = surface.gradient(x, y), k = seen.length;
    const noisy = [g[0] + (noise[2 * k] ?? 0), g[1] + (noise[2 * k + 1] ?? 0)];
    seen.push(noisy);
    return noisy;
  } : surface.gradient;
  runner.walk(runner.settings, gradient, trail, rates);
  const x = new Float64Array(trail.length), y = new Float64Array(trail.length), loss = new Float64Array(trail.length);
  let count = 0, arrived = -1;
  for (const [px, py] of trail) {
    const value = surface.value(px, py);
    if (!(Math.abs(px) < FAR && Math.abs(py) < FAR && Number.isFinite(value))) break;
    x[count] = px; y[count] = py; loss[count] = value;
    if (arrived < 0 && goal !== null && value <= goal) arrived = count;
    count++;
  }
  return { runner, x, y, loss, count, last: count - 1, diverged: count < trail.length, arrived, seen: noise && seen };
}

// Values to colours and heights: 0…1, bent like a logarithm as far as the values bunch up at the bottom, so that
// valleys show. With the median at two thirds; a function that is spread evenly stays as it is.
function bending(values, bottom) {
  const sorted = values.filter(Number.isFinite).sort();
  if (!sorted.length) return { low: 0, high: 1, place: () => NaN, height: () => NaN, value: (t) => t };
  const low = Math.min(bottom, sorted[0]), high = sorted.at(-1), span = high - low || 1;
  const q = Math.min(1000, Math.max(1, span / (sorted[sorted.length >> 1] - low || span) - 1));
  const bend = (power) => {
    const b = q ** power - 1;
    return b < 1e-6 ? [(u) => u, (t) => t] : [(u) => Math.log1p(b * u) / Math.log1p(b), (t) => Math.expm1(t * Math.log1p(b)) / b];
  };
  const [place, back] = bend(3), [height] = bend(1), unit = (v) => Math.min(1, Math.max(0, (v - low) / span));
  return { low, high, place: (v) => place(unit(v)), height: (v) => height(unit(v)), value: (t) => low + span * back(t) };
}

// f on a grid of SIDE × SIDE points over the picture, row by row from the bottom.
const SIDE = 129;
function sampled(surface, [[left, right], [bottom, top]], minima) {
  const values = new Float64Array(SIDE * SIDE);
  for (let j = 0; j < SIDE; j++) for (let i = 0; i < SIDE; i++)
    values[j * SIDE + i] = surface.value(left + ((right - left) * i) / (SIDE - 1), bottom + ((top - bottom) * j) / (SIDE - 1));
  const scale = bending(values, Math.min(Infinity, ...minima.map(([x, y]) => surface.value(x, y)).filter(Number.isFinite)));
  return { scale, places: values.map(scale.place), heights: values.map(scale.height) };
}
