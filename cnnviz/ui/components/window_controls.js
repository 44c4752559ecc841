// The bar below the grids, the line of the sum, and the field in which a cell is written anew.
const ICONS = { restart: "M4 3h3v14H4zM17 3v14L8 10z", back: "M4 3h2v14H4zM15 3v14L7 10z", play: "M5 2l13 8-13 8z", pause: "M4 3h4v14H4zM12 3h4v14h-4z", step: "M14 3h2v14h-2zM5 3v14l8-7z" };
const SPEEDS = [1, 2, 4, 8, 16, 30, 60, 250, 1000];
const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20"); svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]); svg.append(path);
  return svg;
}
function button(name, label) {
  return element("button", { type: "button", name, "aria-label": label, title: label }, icon(name));
}
function setIcon(node, name, label) {
  if (node.dataset.icon === name) return;
  node.dataset.icon = name; node.replaceChildren(icon(name));
  node.setAttribute("aria-label", label); node.title = label;
}

function build(root) {
  const canvases = ["base", "step", "frame"].map((name) => element("canvas", { class: name, "aria-hidden": "true" }));
  const panels = Object.fromEntries(["input", "kernel", "output"].map((name) => [name, element("div", { class: "panel", "data-panel": name, tabindex: "0", role: "application" })]));
  const field = element("input", { type: "number", step: "any", class: "edit", "aria-label": "New number of this cell", hidden: "" });
  const stage = element("div", { class: "stage" }, ...canvases, ...Object.values(panels), field);
  const sum = element("div", { class: "sum", role: "status", "aria-live": "polite" });
  const buttons = { restart: button("restart", "Back to the first step (Home)"), back: button("back", "One step back (←)"),
    play: button("play", "Play (space)"), step: button("step", "One step (→)") };
  const scrub = element("input", { type: "range", name: "scrub", min: "0", value: "0", step: "1", "aria-label": "Step" });
  const count = element("output", { class: "count" });
  const speed = element("select", { name: "speed", "aria-label": "Steps per second" });
  speed.append(...SPEEDS.map((s) => new Option(`${s} / s`, s)));
  const focus = element("select", { name: "filter", "aria-label": "Filter in focus" });
  const focusLabel = element("label", { class: "focus" }, element("span"), focus);
  const bar = element("div", { class: "bar", role: "group", "aria-label": "How the window slides" },
    ...Object.values(buttons), scrub, count, element("label", {}, "Speed ", speed), focusLabel);
  root.replaceChildren(stage, sum, bar);
  return { root, canvases, panels, field, stage, sum, bar, ...buttons, scrub, count, speed, focus, focusLabel };
}

// Parts as spans, each in its role's tint; the line never gets lower, so that nothing below it jumps.
function write(node, lines) {
  node.replaceChildren(...lines.map((line) => {
    const row = element("p");
    for (const { text, role } of line) row.append(role ? Object.assign(element("span", { class: role }), { textContent: text }) : text);
    return row;
  }));
  const height = node.scrollHeight;
  if (height > (node.lowest ?? 0)) { node.lowest = height; node.style.minHeight = `${height}px`; }
}

function sizeCanvases(canvases, plan) {
  const ratio = window.devicePixelRatio || 1;
  for (const canvas of canvases) {
    canvas.width = Math.round(plan.width * ratio); canvas.height = Math.round(plan.height * ratio);
    canvas.style.width = `${plan.width}px`; canvas.style.height = `${plan.height}px`;
    canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
  }
}
function fresh(canvas) {
  const context = canvas.getContext("2d");
  context.save(); context.setTransform(1, 0, 0, 1, 0, 0); context.clearRect(0, 0, canvas.width, canvas.height); context.restore();
  return context;
}

// The focusable areas lie over the grids that they stand for.
const PANELS = { input: ["input"], kernel: ["kernel", "written", "bias"], output: ["output", "thumb"] };
function placePanels(nodes, plan, labels) {
  for (const [name, node] of Object.entries(nodes)) {
    const grids = gridsOf(plan, ...PANELS[name]);
    node.hidden = !grids.length;
    if (!grids.length) continue;
    const x = Math.min(...grids.map((g) => g.x)), y = Math.min(...grids.map((g) => g.y));
    const right = Math.max(...grids.map((g) => g.x + g.columns * g.cell)), bottom = Math.max(...grids.map((g) => g.y + g.rows * g.cell));
    Object.assign(node.style, { left: `${x - 3}px`, top: `${y - 3}px`, width: `${right - x + 6}px`, height: `${bottom - y + 6}px` });
    node.setAttribute("aria-label", labels[name]);
  }
}
function labelsOf(scene) {
  const shape = (array) => array.shape.join(" × "), edit = scene.editable ? " Enter edits a cell." : "";
  const kind = { convolution: "convolution", transposed: "transposed convolution", max: "max pooling", average: "average pooling" }[scene.kind];
  return { input: `Input of the ${kind}, ${shape(scene.input)}. Arrow keys move a cursor.${edit}`,
    kernel: scene.weights ? `Kernel, ${shape(scene.weights)}. Arrow keys move a cursor.${edit}` : "",
    output: `Output, ${shape(scene.output)}. Arrow keys move the window, space plays, Home and End go to the first and last step.` };
}
