// Numbers and sentences: the equation of a step, how each rule came out, and the same for those who do not see it.
const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";
function told(value, digits = 3) {
  if (!Number.isFinite(value) || value === 0) return value === 0 ? "0" : "–";
  const size = Math.abs(value);
  if (size && (size < 10 ** -digits || size >= 1e5)) {
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa.replace("-", "−")}·10${power.startsWith("-") ? "⁻" : ""}${[...power.slice(1)].map((d) => SUPER[d]).join("")}`;
  }
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : digits).replace("-", "−");
}
const pair = (x, y, digits) => `(${told(x, digits)}, ${told(y, digits)})`;

// θ, the gradient there, the step that is taken from it, and the loss.
function equation(run, k, surface) {
  const { runner, x, y, loss, last, diverged, count, seen } = run;
  if (last < 0) return `${runner.title}: f is no number at the start; choose another.`;
  if (k > last && diverged) return `${runner.title}, step ${k}: diverged at step ${count}; the last finite θ was ${pair(x[last], y[last])}.`;
  const at = Math.min(k, last), gradient = surface.gradient(x[at], y[at]), asked = seen?.[at];
  const [name, from] = at < last ? ["Δθ", at] : ["last Δθ", at - 1];
  const step = at === last && diverged ? "beyond all numbers" : last ? pair(x[from + 1] - x[from], y[from + 1] - y[from]) : "none";
  const noisy = asked ? `, seen with noise (${told(asked[0])}, ${told(asked[1])})` : "";
  return `${runner.title}, step ${at}: θ = ${pair(x[at], y[at])}, ∇f = ${pair(...gradient)}${noisy}, ${name} = ${step}, f = ${told(loss[at], 4)}`;
}
function result(run, goal) {
  if (run.last < 0) return "f is no number at the start";
  if (run.diverged) return `diverged at step ${run.count}`;
  const arrived = goal === null ? "" : run.arrived < 0 ? ", goal not reached" : `, goal at ${run.arrived}`;
  return `f = ${told(run.loss[run.last], 4)}${arrived}`;
}
function summary(runs, start, goal) {
  const each = runs.map((run) => `${run.runner.title}: ${result(run, goal)}`);
  return `Start ${pair(...start)}. ${each.join("; ")}.`;
}
function describe({ scene, start, runs, goal }) {
  const [[left, right], [bottom, top]] = scene.domain, area = `x from ${told(left)} to ${told(right)}, y from ${told(bottom)} to ${told(top)}`;
  const minima = scene.minima.length ? ` Minima at ${scene.minima.map((m) => pair(...m)).join(", ")}.` : "";
  const words = summary(runs, start, goal);
  return {
    plane: `Level lines of ${scene.title}, ${area}, with the paths of ${runs.length} rules.${minima} ${words} Arrow keys move the start, with Shift further.`,
    surface: `Surface of ${scene.title} with the same paths. Arrow keys turn it.`,
    chart: `Loss at each of ${scene.steps} steps. ${words} Left and right move the step, up and down choose the rule.`,
  };
}

// Round numbers between low and high, about `wanted` of them.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999), found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}
function plain(value) {
  const size = Math.abs(value);
  if (size >= 1e5 || (size && size < 1e-3)) return told(value).replace(".0·", "·").replace(/^(−?)1·/, "$1");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
