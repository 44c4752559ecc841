// Two maps in one picture, in two colours on one scale; and their difference, in the colour of the larger.
const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

// Light adds up: where both classes are strong it is nearly white.
function both(maps, { tops, colours, smooth }) {
  return (pixels, p, y, x) => {
    const share = maps.map((map, k) => clamp(sample(map, y, x, smooth) / tops[k], 0, 1)), most = Math.max(...share);
    for (let k = 0; k < 3; k++) pixels[p + k] = (share[0] * colours[0][k] + share[1] * colours[1][k]) / (most || 1);
    pixels[p + 3] = 255 * (1 - (1 - most) ** 2);
  };
}

function difference(map, { top, colours, smooth }) {
  return (pixels, p, y, x) => {
    const value = clamp(sample(map, y, x, smooth) / top, -1, 1);
    colours[value >= 0 ? 0 : 1].forEach((c, k) => { pixels[p + k] = c; });
    pixels[p + 3] = 255 * (1 - (1 - Math.abs(value)) ** 2);
  };
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root"), [left, right] = root.querySelectorAll("figure"), out = root.querySelector("output");
  const [a, b] = data.maps.map((m) => ({ ...m, values: unpacked(m.values, Float32Array) }));
  const less = { ...a, values: a.values.map((v, k) => v - b.values[k]) };
  const colours = data.colours.map(rgb), smooth = data.view.smooth, form = root.querySelector("form"), same = form.elements.same;
  const own = [a, b].map((map) => range(map, false)[1]), far = range(less, true)[1];
  const tell = (r, c) => {
    const at = r * a.columns + c;
    out.textContent = `M[${r}, ${c}]: ${a.title} ${number(a.values[at])}, ${b.title} ${number(b.values[at])}, difference ${number(less.values[at])}`;
  };
  root.style.setProperty("--ratio", data.size[1] / data.size[0]);
  [[left, data.captions[0]], [right, data.captions[1]]].forEach(([figure, caption], k) => {
    const canvas = figure.querySelector("canvas"), image = figure.querySelector("img");
    if (image.src !== data.picture) image.src = data.picture;
    figure.querySelector("figcaption").textContent = caption;
    place(canvas, a.box, data.size);
    canvas.style.opacity = Math.min(1, data.view.opacity + 0.3);
    canvas.setAttribute("aria-label", data.alts[k]);
    cursor(canvas, a, tell, () => { out.textContent = ""; });
  });
  fill(right.querySelector("canvas"), a, 480, difference(less, { top: far, colours, smooth }));
  const legend = [...root.querySelectorAll(".legend span")];
  function draw() {
    const tops = same.checked ? own.map(() => Math.max(...own)) : own;
    fill(left.querySelector("canvas"), a, 480, both([a, b], { tops, colours, smooth }));
    [a, b].forEach((map, k) => {
      legend[k].firstElementChild.style.background = data.colours[k];
      legend[k].lastElementChild.textContent = `${map.title}: full colour at ${number(tops[k])}`;
    });
    legend[2].lastElementChild.textContent = "both";
    legend[3].textContent = `Difference: full colour at ±${number(far)}`;
  }
  form.onsubmit = (event) => event.preventDefault();
  same.onchange = draw;
  draw();
}
