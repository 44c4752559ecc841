// The boundary while it learns: a slider over its moments, and a button that plays them.
const FILMS = new WeakMap(), SECONDS = 5; // from the first moment to the last

class Film {
  constructor(root) {
    this.root = root; this.at = Infinity; this.last = 0;
    this.row = document.createElement("div"); this.row.className = "planes";
    this.play = document.createElement("button"); this.play.type = "button"; this.play.onclick = () => (this.timer ? this.stop() : this.start());
    this.slider = Object.assign(document.createElement("input"), { type: "range", min: 0, step: 1 });
    this.slider.setAttribute("aria-label", "Moment of the training");
    this.slider.oninput = () => { this.stop(); this.at = Number(this.slider.value); this.draw(); };
    const form = document.createElement("div"); form.className = "time";
    form.append(this.play, this.slider);
    const legend = document.createElement("p"); legend.className = "legend";
    for (const [name, text] of [["full circle", ""], ["full square", "training"], ["hollow circle", ""], ["hollow square", "validation"]]) {
      const sign = document.createElement("i"); sign.className = name;
      legend.append(sign, text);
    }
    root.replaceChildren(this.row, form, legend);
    this.watch = new ResizeObserver(() => this.draw());
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.stop();
  }
  show(data) {
    const ended = this.at >= this.last; // who looks at the newest moment goes on to do so
    this.planes = data.planes.map((plane) => ({
      ...plane, frames: plane.surfaces.map((text) => unpacked(text)),
      ...Object.fromEntries(["training", "validation"].map((name) => [name, { xy: unpacked(plane[name].xy, Float32Array), labels: unpacked(plane[name].labels) }])),
    }));
    this.label = data.label;
    this.last = Math.max(...this.planes.map((plane) => plane.frames.length)) - 1;
    if (ended || this.at > this.last) this.at = this.last;
    this.slider.max = this.last;
    while (this.row.children.length > this.planes.length) this.row.lastChild.remove();
    while (this.row.children.length < this.planes.length) this.row.append(this.figure());
    this.row.classList.toggle("pair", this.planes.length > 1);
    this.watch.observe(this.root);
    this.draw();
  }
  figure() {
    const figure = document.createElement("figure"), canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    figure.append(document.createElement("figcaption"), canvas, document.createElement("output"));
    return figure;
  }
  // Between two moments the picture is a blend of both, so that playing is smooth.
  values(plane) {
    const at = Math.min(this.at, plane.frames.length - 1), low = Math.floor(at), part = at - low, from = plane.frames[low];
    if (!part) return from;
    const to = plane.frames[low + 1];
    return Float32Array.from(from, (v, k) => v + part * (to[k] - v));
  }
  draw() {
    if (!this.planes) return;
    const theme = themed(this.root), near = Math.round(this.at);
    this.slider.value = near;
    CLASSES.forEach((end, k) => this.root.style.setProperty(`--class-${k}`, hue(end, theme)));
    this.planes.forEach((plane, k) => {
      const [title, canvas, told] = this.row.children[k].children, text = plane.told[Math.min(near, plane.told.length - 1)];
      title.textContent = plane.title;
      paint(canvas, plane, this.values(plane), theme);
      told.textContent = text;
      canvas.setAttribute("aria-label", `${this.label} ${plane.title} ${text}`);
    });
    this.slider.setAttribute("aria-valuetext", this.planes[0].told[Math.min(near, this.planes[0].told.length - 1)]);
  }
  start() {
    if (this.at >= this.last) this.at = 0;
    let before = null;
    const tick = (now) => {
      this.at = Math.min(this.last, this.at + ((now - (before ?? now)) / 1000 / SECONDS) * this.last);
      before = now;
      const whole = this.at;
      if (this.still.matches) this.at = Math.floor(this.at);
      this.draw();
      this.at = whole;
      if (this.at >= this.last) this.stop();
      else this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
    this.play.textContent = "Pause";
  }
  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.at = Number.isFinite(this.at) ? Math.round(this.at) : this.at;
    this.play.textContent = "Play";
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".boundary");
  if (!FILMS.has(root)) FILMS.set(root, new Film(root));
  const film = FILMS.get(root);
  film.show(data);
  return () => { film.stop(); film.watch.disconnect(); };
}
