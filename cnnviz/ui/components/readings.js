// Names and numbers; the nodes stay, only their text changes.
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".readings"), said = parentElement.querySelector(".said");
  parentElement.querySelector(".root").setAttribute("aria-label", data.label);
  while (list.children.length > data.items.length) list.lastChild.remove();
  while (list.children.length < data.items.length) {
    const pair = document.createElement("div");
    pair.append(document.createElement("dt"), document.createElement("dd"));
    list.append(pair);
  }
  data.items.forEach(({ name, value, room }, k) => {
    const pair = list.children[k], [title, number] = pair.children;
    pair.style.setProperty("--room", room);
    put(title, name);
    put(number, value);
  });
  const [name, standing, verdict] = said.children;
  put(name, `${data.said.name} `); // with a blank, for those who listen
  put(standing, `${data.said.standing} `);
  put(verdict, data.said.verdict);
  verdict.dataset.tone = data.said.tone;
}
