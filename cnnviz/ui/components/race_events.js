// Pointer and keys. A class to build the player on, so that both stay short.
const REACH = 14; // px from a path within which it is meant

class Steering {
  listen() {
    const { ui, root } = this, { plane, surface, chart } = ui;
    ui.play.onclick = () => (this.playing ? this.pause() : this.play());
    ui.step.onclick = () => this.by(this.step + 1);
    ui.back.onclick = () => this.by(this.step - 1);
    ui.restart.onclick = () => this.by(0);
    ui.whole.onclick = () => this.by(this.scene.steps);
    ui.scrub.oninput = () => this.by(Number(ui.scrub.value));
    ui.speed.onchange = () => { this.paced = true; };
    ui.chosen.onchange = () => this.choose(Number(ui.chosen.value));
    plane.onpointerdown = (event) => this.grab(event);
    plane.onclick = (event) => { if (event.pointerType !== "mouse" && !this.dragged) this.startAt(event, true); };
    plane.onpointermove = (event) => (this.grabbed ? this.drag(event) : this.point(this.nearOnPlane(event)));
    plane.onpointerup = plane.onpointercancel = () => this.release();
    chart.onpointerdown = (event) => this.grabChart(event);
    chart.onpointermove = (event) => (this.scrubbing ? this.scrubTo(event) : this.point(this.nearOnChart(event)));
    chart.onpointerup = chart.onpointercancel = () => { this.scrubbing = false; };
    for (const part of [plane, chart]) part.onpointerleave = () => this.point(null);
    surface.onpointerdown = (event) => { if (event.button === 0) { surface.setPointerCapture(event.pointerId); this.turning = [event.clientX, event.clientY]; } };
    surface.onpointermove = (event) => this.turnBy(event);
    surface.onpointerup = surface.onpointercancel = () => { this.turning = null; this.touch(); };
    root.onkeydown = (event) => this.key(event);
    // a change of theme changes the inherited colour: repaint when it has
    root.ontransitionend = (event) => { if (event.target === root) this.arrange({ force: true }); };
  }
  at(part, event) {
    const area = part.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  }

  // A mouse moves the start from anywhere; a finger takes the handle, or taps, so that the page still scrolls under it.
  grab(event) {
    this.dragged = false;
    if (event.button !== 0 || (event.pointerType === "touch" && event.target !== this.ui.handle)) return;
    event.preventDefault();
    this.ui.plane.focus({ preventScroll: true });
    this.ui.plane.setPointerCapture(event.pointerId);
    this.grabbed = true; this.point(null);
    if (event.target !== this.ui.handle) this.startAt(event, false);
  }
  drag(event) { this.dragged = true; this.startAt(event, false); }
  release() {
    if (!this.grabbed) return;
    this.grabbed = false; this.settle();
    this.touch();
  }
  startAt(event, settled) {
    const [u, v] = this.at(this.ui.plane, event);
    this.moveStart(this.plan.fromX(u), this.plan.fromY(v));
    if (settled) this.settle();
  }

  nearest(event, part, places) {
    const [u, v] = this.at(part, event);
    let best = REACH, found = null;
    for (const run of this.shown) {
      const [us, vs, last] = places(run), end = Math.min(last, this.playing ? this.step : last);
      for (let k = 0; k <= end; k++) {
        const far = Math.max(Math.abs(us(k) - u), Math.abs(vs(k) - v));
        if (far < best) { best = far; found = { run, k }; }
      }
    }
    return found;
  }
  nearOnPlane(event) { return this.plan && this.nearest(event, this.ui.plane, ({ at, last }) => [(k) => at.u[k], (k) => at.v[k], last]); }
  nearOnChart(event) { return this.chart && this.nearest(event, this.ui.chart, ({ loss, last }) => [this.chart.toX, (k) => this.chart.toY(loss[k]), last]); }
  point(found) {
    if (found?.run === this.hover?.run && found?.k === this.hover?.k) return;
    this.hover = found;
    this.root.dataset.hover = found ? `${found.run.runner.title} ${found.k}` : "";
    this.touch();
  }
  scrubTo(event) { this.by(this.chart.stepAt(this.at(this.ui.chart, event)[0])); }

  // A click takes the step, and the rule if it is on a curve.
  grabChart(event) {
    if (event.button !== 0) return;
    const near = this.nearOnChart(event);
    this.scrubbing = event.pointerType !== "touch";
    if (this.scrubbing) this.ui.chart.setPointerCapture(event.pointerId);
    if (near) this.choose(near.run.runner.place);
    this.scrubTo(event);
  }

  turnBy(event) {
    if (!this.turning) return;
    const [x, y] = this.turning;
    this.turning = [event.clientX, event.clientY];
    this.turn((event.clientX - x) * 0.01, (event.clientY - y) * 0.008);
  }

  key(event) {
    const target = event.composedPath()[0];
    if (event.altKey || event.ctrlKey || event.metaKey || target.matches("select, input")) return;
    if (event.key === " " && target.matches("button")) return;
    const part = target.dataset?.part, arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const act = this.keyOf(event, part, arrow);
    if (!act) return;
    event.preventDefault();
    act();
  }
  keyOf(event, part, arrow) {
    if (event.key === " ") return this.ui.play.onclick;
    if (event.key === "Home") return () => this.by(0);
    if (event.key === "End") return () => this.by(this.scene.steps);
    if (!arrow) return null;
    const [right, up] = arrow;
    if (part === "plane") return () => this.nudge(right, up, event.shiftKey ? 0.05 : 0.01);
    if (part === "surface") return () => this.turn(right * 0.12, -up * 0.08);
    if (part === "losses" && up) return () => this.choose((this.chosen.runner.place - up + this.runs.length) % this.runs.length);
    return right ? () => this.by(this.step + right) : null;
  }
  nudge(right, up, share) {
    const { left, right: end, bottom, top } = this.plan;
    this.moveStart(this.start[0] + right * share * (end - left), this.start[1] + up * share * (top - bottom));
    this.settle();
  }
}
