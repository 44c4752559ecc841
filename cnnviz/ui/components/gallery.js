// Thumbnails as buttons: all pictures travel in one sprite; a click (or Enter) chooses one.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".thumbs");
  list.setAttribute("aria-label", data.label);
  while (list.children.length < data.items.length) list.append(document.createElement("button"));
  while (list.children.length > data.items.length) list.lastChild.remove();
  data.items.forEach((item, k) => {
    const button = list.children[k];
    button.type = "button";
    button.title = item.title;
    button.setAttribute("aria-label", item.title);
    button.setAttribute("aria-pressed", String(item.name === data.chosen));
    button.style.backgroundImage = `url(${data.sprite})`;
    button.style.backgroundSize = `${data.items.length * 100}% 100%`;
    button.style.backgroundPosition = `${data.items.length > 1 ? (k * 100) / (data.items.length - 1) : 0}% 0`;
    button.onclick = () => setTriggerValue("picked", item.name);
  });
}
