// An image that grows and its milestones. The newest is shown until the student chooses one; that one then stays.
const STATES = new WeakMap();

class Strip {
  constructor(root) {
    this.root = root;
    this.pinned = null; // the title of the chosen frame; null follows the newest
    [this.stage, this.told, this.strip] = root.children;
    this.stage.onkeydown = (event) => this.key(event);
    this.strip.onkeydown = (event) => this.key(event, true);
  }
  show(data) {
    // another climb has other frames: what was chosen in the last one means nothing
    if (this.data && this.data.label !== data.label) this.pinned = null;
    this.data = data;
    const { root } = this, across = data.images > 3 ? Math.ceil(data.images / 2) : data.images;
    const rows = Math.ceil(data.images / across);
    root.classList.toggle("coarse", data.coarse);
    const sizes = { images: data.images, aspect: data.aspect, columns: across, count: data.frames.length, shape: (data.aspect * across) / rows };
    for (const [name, value] of Object.entries(sizes)) root.style.setProperty(`--${name}`, value);
    fill(this.stage, data.images, "i");
    fill(this.strip, data.frames.length, "button");
    this.strip.setAttribute("aria-label", "Milestones");
    data.frames.forEach((frame, k) => this.thumbnail(this.strip.children[k], frame, k));
    this.draw();
  }
  get at() {
    const { frames } = this.data, found = frames.findIndex((frame) => frame.title === this.pinned);
    return found < 0 ? frames.length - 1 : found;
  }
  thumbnail(button, frame, k) {
    if (!button.firstChild) button.append(document.createElement("i"), document.createElement("span"));
    button.type = "button";
    button.setAttribute("aria-label", `${frame.title}, ${frame.value}`);
    paint(button.firstChild, frame.address, 0, this.data.images);
    button.lastChild.textContent = frame.title.replace(/^\D+/, "");
    button.onclick = () => this.choose(k);
  }
  draw() {
    const { frames, label } = this.data, frame = frames[this.at];
    [...this.stage.children].forEach((image, k) => paint(image, frame?.address ?? "", k, this.data.images));
    const newest = this.at === frames.length - 1;
    this.stage.setAttribute("aria-label", `${label} ${frame ? `${frame.title}, ${frame.value}.` : ""} Arrow keys go through the milestones.`);
    this.told.children[0].textContent = frame?.title ?? "";
    this.told.children[1].textContent = frame?.value ?? "";
    [...this.strip.children].forEach((button, k) => {
      button.setAttribute("aria-pressed", String(k === this.at));
      button.tabIndex = k === this.at ? 0 : -1;
    });
    this.root.dataset.newest = String(newest);
  }
  choose(k) {
    const { frames } = this.data;
    this.pinned = k === frames.length - 1 ? null : frames[k].title;
    this.draw();
  }
  key(event, moves = false) {
    const last = this.data.frames.length - 1;
    const next = { ArrowRight: Math.min(this.at + 1, last), ArrowLeft: Math.max(this.at - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined || last < 0) return;
    event.preventDefault();
    this.choose(next);
    if (moves) this.strip.children[next].focus();
  }
}

function fill(parent, count, tag) {
  while (parent.children.length < count) parent.append(document.createElement(tag));
  while (parent.children.length > count) parent.lastChild.remove();
}

function paint(node, address, k, images) {
  const wanted = address ? `url("${address}")` : "";
  if (node.told !== address) { node.style.backgroundImage = wanted; node.told = address; }
  node.style.backgroundPosition = `${images > 1 ? (100 * k) / (images - 1) : 0}% 0`;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!STATES.has(root)) STATES.set(root, new Strip(root));
  STATES.get(root).show(data);
}
