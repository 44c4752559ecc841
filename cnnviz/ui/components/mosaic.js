// Tiles cut out of one picture by the style sheet; a tile that can be chosen is a button.
function tileOf(tag) {
  const tile = document.createElement(tag);
  tile.append(...["picture", "title", "struck", "words", "verdict"].map((name) => {
    const part = document.createElement(name === "struck" ? "s" : "span");
    part.className = name;
    return part;
  }));
  tile.firstChild.setAttribute("role", "img");
  return tile;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".tiles"), tag = data.pickable ? "button" : "figure";
  list.setAttribute("aria-label", data.label);
  list.style.setProperty("--sheet", `url(${data.address})`);
  list.style.setProperty("--across", data.across);
  list.style.setProperty("--narrow", data.narrow);
  list.style.setProperty("--aspect", data.aspect);
  list.style.setProperty("--size", `${data.columns * 100}% ${data.rows * 100}%`);
  if (list.firstChild && list.firstChild.localName !== tag) list.replaceChildren();
  while (list.children.length < data.tiles.length) list.append(tileOf(tag));
  while (list.children.length > data.tiles.length) list.lastChild.remove();
  const part = (k, count) => (count > 1 ? (100 * k) / (count - 1) : 0);
  data.tiles.forEach((told, k) => {
    const tile = list.children[k], [picture, title, struck, words, verdict] = tile.children;
    const column = k % data.columns, row = Math.floor(k / data.columns);
    picture.style.backgroundPosition = `${part(column, data.columns)}% ${part(row, data.rows)}%`;
    picture.setAttribute("aria-label", [told.title, told.words, told.verdict].filter(Boolean).join(": "));
    title.textContent = told.title; struck.textContent = told.struck;
    words.textContent = told.words; verdict.textContent = told.verdict;
    title.hidden = !told.title; struck.hidden = !told.struck; words.hidden = !told.words; verdict.hidden = !told.verdict;
    tile.title = told.words;
    tile.dataset.mark = told.mark;
    if (!data.pickable) return;
    tile.type = "button";
    tile.setAttribute("aria-pressed", String(k === data.chosen));
    tile.onclick = () => setTriggerValue("picked", String(k));
  });
}
