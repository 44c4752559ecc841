// Tells the server once the student has settled, and at once when the focus leaves the figure: a message sent after
// another control was used would carry the menus as they were, and undo that.
class Settling {
  constructor(root, delay = 250) {
    this.delay = delay;
    this.held = false; // an answer is awaited: leaving tells nothing either
    root.addEventListener("focusout", (event) => { if (!this.held && !root.contains(event.relatedTarget)) this.now(); });
  }
  later(tell) {
    clearTimeout(this.timer);
    this.tell = tell;
    // an answer may not come, if nothing changed by what was asked
    this.timer = setTimeout(() => this.now(), this.held ? 3000 : this.delay);
  }
  now() {
    const { tell } = this;
    this.stop();
    tell?.();
  }
  stop() { clearTimeout(this.timer); this.tell = null; }
}
