// Parts of a whole: a bar as wide as each part is large, and a line of text per part.
const made = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".shares"), total = data.parts.reduce((sum, part) => sum + part.count, 0);
  const bar = made("div", "bar"), list = made("div", "list");
  for (const part of data.parts) {
    const piece = made("div", "piece", part.count.toLocaleString("en-US")), sign = made("i", "sign");
    piece.style.flexGrow = part.count;
    piece.style.background = sign.style.background = part.colour;
    bar.append(piece);
    const line = made("div", "line");
    line.append(sign, made("b", "", part.name), made("span", "", part.purpose));
    list.append(line);
  }
  root.replaceChildren(bar, list);
  root.setAttribute("aria-label", data.parts.map((part) => `${part.name}: ${part.count} of ${total}, ${part.purpose}`).join("; "));
}
