// What stands around the pictures: the bar of the clock, the legend, and the areas that take keys.
const PACES = [2, 5, 10, 20, 40, 80, 160];

function frame(root) {
  const part = (name, layers, label) => element("div", { class: name, "data-part": name, tabindex: "0", role: "application", "aria-label": label },
    ...layers.map((layer) => element("canvas", { class: layer, "aria-hidden": "true" })));
  const plane = part("plane", ["base", "over"], "Level lines"), surface = part("surface", ["base", "over"], "Surface"), chart = part("losses", ["base", "over"], "Loss");
  const handle = element("div", { class: "handle", title: "Drag: where every rule starts" });
  plane.append(handle);
  const pictures = element("div", { class: "pictures" }, plane, element("div", { class: "side" }, surface, chart));
  const buttons = { restart: button("restart", "Back to the start (Home)"), back: button("back", "One step back (←)"),
    play: button("play", "Play the race (space)"), step: button("step", "One step (→)") };
  const scrub = element("input", { type: "range", name: "scrub", min: "0", value: "0", step: "1", "aria-label": "Step" });
  const count = element("output", { class: "count" });
  const speed = element("select", { name: "speed", "aria-label": "Steps per second" });
  speed.append(...PACES.map((s) => new Option(`${s} / s`, s)));
  const whole = element("button", { type: "button", name: "whole", title: "Show the whole race (End)" }, "Whole race");
  const bar = element("div", { class: "bar", role: "group", "aria-label": "Clock of the race" }, ...Object.values(buttons), scrub, count, whole, element("label", {}, "Speed ", speed));
  const chosen = element("select", { name: "runner", "aria-label": "Rule whose step is written out" });
  const words = element("p", { class: "equation" }), legend = element("div", { class: "legend", role: "group", "aria-label": "Rules: click to hide or show" });
  const live = element("p", { class: "live", role: "status", "aria-live": "polite" });
  root.replaceChildren(pictures, bar, element("div", { class: "line" }, chosen, words), legend, live);
  return { root, plane, surface, chart, handle, pictures, bar, ...buttons, scrub, count, speed, whole, chosen, words, legend, live };
}

// One button per rule: its colour, name, last loss, and how it came out.
function keys(ui, runners, toggle) {
  const titles = runners.map((runner) => runner.title).join("\n");
  if (ui.titles === titles) return; // whoever is on one of them stays there
  ui.titles = titles;
  ui.legend.replaceChildren(...runners.map((runner) => {
    const node = element("button", { type: "button", "aria-pressed": "true" }, element("i"), element("b"), element("em"));
    node.querySelector("b").textContent = runner.title;
    node.onclick = () => toggle(runner.place);
    return node;
  }));
  ui.chosen.replaceChildren(...runners.map((runner) => new Option(runner.title, runner.place)));
}
function writeKeys(ui, { runs, hidden, look, goal }) {
  runs.forEach((run, place) => {
    const node = ui.legend.children[place], [swatch, , words] = node.children, off = hidden.has(run.runner.title);
    swatch.style.setProperty("--colour", css(look.runners[place])); swatch.style.setProperty("--outline", clip(place));
    put(words, result(run, goal));
    node.classList.toggle("dashed", place >= 9); node.classList.toggle("wrong", run.diverged);
    if (node.getAttribute("aria-pressed") !== String(!off)) node.setAttribute("aria-pressed", String(!off));
    // read by tests: where the path ended, to all digits
    Object.assign(node.dataset, { x: run.x[run.last], y: run.y[run.last], loss: run.loss[run.last], steps: run.last });
  });
}
// The shape of a rule as CSS cuts it out.
function clip(place) {
  const corners = shapeOf(place).map((corner) => corner.map((c) => `${(50 + 46 * c).toFixed(1)}%`).join(" "));
  return corners.length ? `polygon(${corners})` : "circle(38%)";
}
function put(node, words) { if (node.textContent !== words) node.textContent = words; }

function sized(part, width, height) {
  sizeCanvases(part.querySelectorAll("canvas"), { width, height });
  Object.assign(part.style, { width: `${width}px`, height: `${height}px` });
}
