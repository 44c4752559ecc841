// Masks one after another: a button for the next, one that plays them faster and faster, a slider over all.
const NETS = new WeakMap();
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

function running(layer, scale) {
  const values = new Float64Array(layer.count), h = layer.hidden[layer.unit];
  for (let n = 0, sum = 0; n < layer.count; n++) {
    sum += layer.kept[n * layer.units + layer.unit] ? h * scale : 0;
    values[n] = sum / (n + 1);
  }
  return values;
}

class Dropout {
  constructor(root) {
    this.root = root; this.at = 1;
    root.innerHTML = `<div class="net"><svg role="img"></svg><output></output></div>
      <div class="chart"><div class="key"></div><svg role="img"></svg></div>
      <div class="time"><button type="button" class="next">Another mask</button><button type="button" class="play"></button>
      <input type="range" min="0" max="300" step="1" aria-label="Number of masks drawn"><output></output></div>`;
    [this.picture, this.chart] = root.querySelectorAll("svg");
    [this.told, this.count] = root.querySelectorAll("output");
    this.slider = root.querySelector("input"); this.button = root.querySelector(".play"); this.key = root.querySelector(".key");
    root.querySelector(".next").onclick = () => { this.stop(); this.at = (this.at % this.layer.count) + 1; this.draw(); };
    this.button.onclick = () => (this.timer ? this.stop() : this.start());
    this.slider.oninput = () => { this.stop(); this.at = Math.round(this.layer.count ** (this.slider.value / 300)); this.draw(true); };
    this.watch = new ResizeObserver(() => this.layer && this.draw());
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.stop();
  }
  show(data) {
    const units = data.hidden.length, kept = unpacked(data.kept), keep = 1 - data.drop;
    this.layer = { ...data, kept, units, keep, count: kept.length / units };
    const h = data.hidden[data.unit];
    this.lines = [
      { name: "times 1 − p at test (paper, D4)", colour: COLOURS.paper, values: running(this.layer, 1), test: keep * h },
      { name: "divided by 1 − p in training (frameworks)", colour: COLOURS.inverted, values: running(this.layer, 1 / keep), test: h },
    ];
    this.key.replaceChildren(...this.lines.map((line) => {
      const item = document.createElement("span"), sign = document.createElement("i");
      sign.style.borderTop = `3px solid ${line.colour}`;
      item.append(sign, line.name);
      return item;
    }));
    this.watch.observe(this.root);
    this.draw();
  }
  draw(dragged = false) {
    const { layer, at } = this, mask = Array.from(layer.kept.subarray((at - 1) * layer.units, at * layer.units));
    const values = layer.hidden.map((h, k) => (mask[k] ? h / layer.keep : 0));
    const answer = sigmoid(values.reduce((sum, h, k) => sum + h * layer.out[k], layer.shift));
    if (!dragged) this.slider.value = (300 * Math.log(at)) / Math.log(layer.count);
    network(this.picture, layer, { mask, values, answer });
    means(this.chart, { lines: this.lines, count: layer.count, wide: Math.max(280, this.chart.clientWidth || 400), at });
    const left = mask.filter((kept) => !kept).length, now = this.lines.map((line) => line.values[at - 1].toFixed(3));
    this.count.textContent = `${at.toLocaleString("en-US")} mask${at === 1 ? "" : "s"}`;
    this.told.textContent = `Mask ${at.toLocaleString("en-US")}: ${left} of ${layer.units} units left out, the others divided by ${Number(layer.keep.toFixed(2))}. It says ${shown(answer)}.`;
    this.picture.setAttribute("aria-label", `A network with six hidden units. ${this.told.textContent}`);
    this.chart.setAttribute("aria-label", `Mean output of unit ${layer.unit + 1} over ${at} masks: ${now[0]} unscaled, to reach ${this.lines[0].test.toFixed(3)}; ${now[1]} inverted, to reach ${this.lines[1].test.toFixed(3)}.`);
    this.slider.setAttribute("aria-valuetext", this.count.textContent);
  }
  start() {
    if (this.at >= this.layer.count) this.at = 1;
    // whoever wants no motion sees the average of all at once
    if (this.still.matches) { this.at = this.layer.count; this.draw(); return; }
    this.button.textContent = "Pause";
    let before = 0;
    const tick = (now) => {
      if (now - before > Math.max(16, 400 / this.at ** 0.6)) {
        before = now;
        this.at = Math.min(this.layer.count, this.at + Math.max(1, Math.floor(this.at / 60)));
        this.draw();
      }
      if (this.at >= this.layer.count) this.stop();
      else this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }
  stop() { cancelAnimationFrame(this.timer); this.timer = 0; this.button.textContent = "Draw many"; }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dropout");
  if (!NETS.has(root)) NETS.set(root, new Dropout(root));
  const net = NETS.get(root);
  net.show(data);
  return () => { net.stop(); net.watch.disconnect(); };
}
