// A patch dragged over a photo. A drag asks the server at most every GAP ms, never twice before an answer: the newest
// place waits instead. The patch itself follows the hand at once.
const STATES = new WeakMap(), GAP = 100, LOST = 2500; // ms; after LOST an answer counts as lost
const CHANNEL = (globalThis.cnnvizOccluder ??= new EventTarget()); // answers come through occluder_answer.js
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

function place(element, box, size) {
  ["top", "left", "height", "width"].forEach((side, k) => { element.style[side] = `${(100 * box[k]) / size[k % 2]}%`; });
}

class Occluder {
  constructor(root) {
    this.n = 0; this.answered = 0; this.sent = -Infinity; this.at = [0, 0]; this.hand = null;
    this.image = Object.assign(node("img"), { alt: "", draggable: false });
    this.unseen = node("i", "unseen"); this.kept = node("div", "kepts"); this.patch = Object.assign(node("button", "patch"), { type: "button" });
    this.stage = node("div", "stage", this.image, this.unseen, this.kept, this.patch);
    this.told = Object.assign(node("output", "told"), { ariaLive: "polite" });
    this.bars = node("div", "bars"); this.trail = node("p", "trail"); this.search = Object.assign(node("p", "search"), { ariaLive: "polite" });
    this.bars.setAttribute("role", "group");
    const legend = node("p", "legend", node("i"), "under the patches", node("i", "tick"), "the photo alone");
    root.replaceChildren(node("div", "both", node("div", "left", this.stage),
      node("div", "right", legend, this.bars, this.told, this.trail, this.actions(), this.search)));
    this.root = root;
    this.listen();
  }
  actions() {
    const button = (text, act) => Object.assign(node("button", "", text), { type: "button", onclick: act });
    this.keep = button("Keep this patch", () => this.ask("keep"));
    this.seek = button("", () => this.ask(this.data.standing.busy ? "stop" : "seek"));
    this.undo = button("Take one away", () => this.ask("undo"));
    this.clear = button("Take all away", () => this.ask("clear"));
    this.lift = Object.assign(button("Look under", () => {}), { title: "Hold it to see the photo without patches." });
    const bare = (on) => () => this.stage.classList.toggle("bare", on);
    this.lift.onpointerdown = this.lift.onkeydown = bare(true);
    this.lift.onpointerup = this.lift.onpointerleave = this.lift.onkeyup = this.lift.onblur = bare(false);
    return node("div", "actions", this.keep, this.seek, this.undo, this.clear, this.lift);
  }
  listen() {
    this.stage.onpointerdown = (event) => this.grab(event);
    this.stage.onpointermove = (event) => { if (this.hand?.id === event.pointerId) this.drag(event); };
    this.stage.onpointerup = this.stage.onpointercancel = (event) => { if (this.hand?.id === event.pointerId) this.release(); };
    this.patch.onkeydown = (event) => this.key(event);
    this.patch.onkeyup = (event) => { if (event.key in STEPS) this.ask("place"); };
  }
  // A point of the screen in pixels of the view.
  point(event) {
    const area = this.stage.getBoundingClientRect(), { size, box, view } = this.photo;
    const at = [((event.clientY - area.top) / area.height) * size[0], ((event.clientX - area.left) / area.width) * size[1]];
    return at.map((value, k) => ((value - box[k]) / box[k + 2]) * view[k]);
  }
  grab(event) {
    if (!this.data) return;
    if (event.button) return;
    if (event.pointerType === "touch" && event.target !== this.patch) { this.tap(event); return; }
    const at = this.point(event), { patch } = this.data.standing, held = event.target === this.patch;
    this.hand = { id: event.pointerId, off: held ? at.map((value, k) => value - this.at[k]) : patch.map((side) => side / 2) };
    this.stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.patch.focus({ preventScroll: true });
    this.drag(event);
  }
  // On a touch screen a finger beside the patch scrolls the page; a tap puts the patch there.
  tap(event) {
    const from = [event.clientX, event.clientY];
    this.stage.addEventListener("pointerup", (end) => {
      if (Math.hypot(end.clientX - from[0], end.clientY - from[1]) > 8) return;
      const at = this.point(end);
      this.move(at.map((value, k) => value - this.data.standing.patch[k] / 2));
      this.ask("place");
    }, { once: true });
  }
  drag(event) {
    this.move(this.point(event).map((value, k) => value - this.hand.off[k]));
    this.ask("move");
  }
  release() { this.hand = null; this.ask("place"); }
  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    this.move(this.at.map((value, k) => value + step[k] * (event.shiftKey ? 16 : 4)));
    this.ask("move");
  }
  move(at) {
    const { view } = this.photo, { patch } = this.data.standing;
    this.set(at.map((value, k) => clamp(Math.round(value), 0, view[k] - patch[k])));
  }
  set(at) {
    this.at = at;
    this.put(this.patch, [...at, ...this.data.standing.patch]);
  }
  put(element, [top, left, height, width]) {
    const { size, box, view } = this.photo, [down, across] = [box[2] / view[0], box[3] / view[1]];
    place(element, [box[0] + top * down, box[1] + left * across, height * down, width * across], size);
    element.style.backgroundSize = `${(100 * view[1]) / width}% ${(100 * view[0]) / height}%`;
    const share = (from, whole, part) => (whole > part ? (100 * from) / (whole - part) : 0);
    element.style.backgroundPosition = `${share(left, view[1], width)}% ${share(top, view[0], height)}%`;
  }
  // What waits is the newest; letting go is never lost to a later move, since there is none.
  ask(what) { this.waiting = what; this.send(); }
  send() {
    clearTimeout(this.timer);
    if (!this.waiting) return;
    const now = performance.now(), asked = this.n > this.answered, due = this.sent + (asked ? LOST : GAP);
    if (now < due) { this.timer = setTimeout(() => this.send(), due - now); return; }
    this.n += 1; this.sent = now;
    const what = this.waiting;
    this.waiting = null;
    this.tell("did", { what, at: this.at, n: this.n });
  }
  // The photo comes once, the answers while the patch moves; both name the context they belong to.
  show(photo, tell) {
    this.tell = tell; this.photo = photo;
    this.root.style.setProperty("--ratio", photo.size[1] / photo.size[0]);
    if (this.image.src !== photo.picture) this.image.src = photo.picture;
    place(this.unseen, photo.box, photo.size);
    const colour = photo.fill.startsWith("rgb(");
    this.stage.style.setProperty("--fill", colour ? photo.fill : "transparent");
    this.stage.style.setProperty("--fill-image", colour ? "none" : `url(${photo.fill})`);
    if (!this.hears) CHANNEL.addEventListener("answer", (this.hears = () => this.answer()));
    this.answer();
  }
  answer() {
    const { photo } = this, data = CHANNEL.answer;
    if (!photo || data?.context !== photo.context) return;
    const { standing, words } = data, fresh = standing.answered === 0;
    if (fresh && !this.asking()) this.n = 0;
    this.data = data;
    this.answered = Math.min(this.n, standing.answered);
    // while the hand or a question is under way the browser leads
    this.set(this.asking() ? this.at : standing.at);
    fitted(this.kept, standing.kept.length, () => node("i", "kept")).forEach((each, k) => this.put(each, standing.kept[k]));
    this.patch.setAttribute("aria-label", `${words.alt} Arrow keys move the patch, with Shift further.`);
    this.words(data);
    drawBars(this.bars, data.said, data.chosen, (name) => this.tell("did", { what: "pick", name, at: this.at, n: this.n }));
    if (this.waiting) this.send();
  }
  asking() { return Boolean(this.hand || this.waiting || (this.n > this.answered && performance.now() - this.sent < LOST)); }
  words({ standing, words }) {
    say(this.told, words.told); say(this.trail, words.trail); say(this.search, standing.search);
    say(this.seek, standing.busy ? "Stop searching" : words.seek);
    this.bars.setAttribute("aria-label", "What the network says; choose a class");
    this.keep.disabled = standing.busy || standing.full;
    this.seek.disabled = !standing.busy && standing.full;
    this.undo.disabled = this.clear.disabled = standing.busy || !standing.kept.length;
  }
  leave() {
    clearTimeout(this.timer);
    CHANNEL.removeEventListener("answer", this.hears);
    this.hears = null;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".occluder");
  if (!STATES.has(root)) STATES.set(root, new Occluder(root));
  const shown = STATES.get(root);
  shown.show(data, setTriggerValue);
  return () => shown.leave();
}
