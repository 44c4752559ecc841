// Maps over one small picture: a signed byte per cell, coloured here; the browser enlarges the canvas smoothly.
function frame() {
  const made = node("figure"), caption = node("figcaption", "", node("strong"), node("span"));
  const image = node("img"), canvas = node("canvas");
  image.alt = ""; canvas.setAttribute("role", "img");
  made.append(caption, node("div", "picture", image, canvas), node("div", "lines"));
  return made;
}

// Signed: clear at zero. Magnitudes: one opacity everywhere.
function colour({ signed }, bytes, tables) {
  const table = tables[signed ? "RdBu_r" : "inferno"];
  return (k) => {
    const value = bytes[k], at = 3 * (signed ? Math.round(127.5 + value) : Math.round((255 * Math.max(0, value)) / 127));
    const clear = signed ? 255 * (1 - (1 - Math.abs(value) / 127) ** 2) : 255;
    return [table[at], table[at + 1], table[at + 2], clear];
  };
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".mapstrip"), frames = root.querySelector(".frames"), { elements } = root.querySelector("form");
  const tables = Object.fromEntries(Object.entries(data.tables).map(([name, text]) => [name, unpacked(text)]));
  if (!root.dataset.begun) { root.dataset.begun = "yes"; elements.opacity.value = data.opacity; }
  frames.classList.toggle("narrow", data.narrow);
  frames.style.setProperty("--ratio", data.size[1] / data.size[0]);
  const nodes = fitted(frames, data.frames.length, frame);
  data.frames.forEach((each, k) => {
    const [caption, picture, lines] = nodes[k].children, [image, canvas] = picture.children;
    say(caption.children[0], each.title); say(caption.children[1], each.number);
    if (image.src !== data.picture) image.src = data.picture;
    canvas.hidden = !each.values;
    canvas.setAttribute("aria-label", each.alt);
    if (each.values) raster(canvas, each.columns, each.rows, colour(each, unpacked(each.values, Int8Array), tables));
    fitted(lines, each.lines.length, () => node("p")).forEach((line, n) => say(line, each.lines[n]));
  });
  const fade = () => nodes.forEach((each) => { each.querySelector("canvas").style.opacity = elements.opacity.value; });
  const both = new Set(data.frames.map((each) => each.signed));
  const keys = [...(both.has(true) ? ["Red speaks for the class, blue against it."] : []), ...(both.has(false) ? ["Bright is strong, without a sign."] : [])];
  say(root.querySelector(".key"), keys.join(" "));
  elements.opacity.oninput = fade;
  root.querySelector("form").onsubmit = (event) => event.preventDefault();
  fade();
}
