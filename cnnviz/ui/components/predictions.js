// Pictures with what a network says of each: its three best classes as bars.
function card() {
  const lines = Array.from({ length: 3 }, () => node("li", "", node("i"), node("span", "name"), node("span", "value")));
  return node("figure", "", node("canvas"), node("figcaption", "", node("strong"), node("ol", "", ...lines)));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".grid"), bytes = unpacked(data.pixels), [height, width] = data.size;
  root.setAttribute("aria-label", data.label);
  fitted(root, data.cards.length, card).forEach((figure, k) => {
    const [canvas, caption] = figure.children, [title, list] = caption.children, told = data.cards[k];
    photograph(canvas, bytes, { width, height, from: 3 * k * width * height });
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", `a picture of ${told.right}`);
    figure.dataset.right = told.mark;
    say(title, told.title);
    title.title = told.title;
    [...list.children].forEach((line, n) => {
      const bar = told.bars[n], [fill, name, value] = line.children;
      line.hidden = !bar;
      if (!bar) return;
      line.dataset.right = bar.right;
      fill.style.transform = `scaleX(${Math.max(0.004, bar.share)})`;
      say(name, bar.name); say(value, bar.text);
    });
  });
}
