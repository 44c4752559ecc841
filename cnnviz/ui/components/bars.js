// Probabilities as bars that are buttons: click one to explain that class.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".bars");
  list.setAttribute("aria-label", data.label);
  while (list.children.length < data.bars.length) {
    const button = document.createElement("button");
    button.type = "button";
    for (const part of ["bar", "name", "value"]) {
      const span = document.createElement("span");
      span.className = part;
      button.append(span);
    }
    list.append(button);
  }
  while (list.children.length > data.bars.length) list.lastChild.remove();
  data.bars.forEach((bar, k) => {
    const button = list.children[k];
    const [fill, name, value] = button.children;
    fill.style.width = `${Math.max(0.5, 100 * bar.value)}%`;
    name.textContent = bar.title;
    value.textContent = bar.text;
    button.setAttribute("aria-label", `${bar.title}, ${bar.text}: show what speaks for it`);
    button.setAttribute("aria-pressed", String(bar.name === data.chosen));
    button.onclick = () => setTriggerValue("picked", bar.name);
  });
}
