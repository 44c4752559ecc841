// The pictures of the home page as plain links; a plain click is told to the server, which changes the page at once.
function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  function link(row, query, ...children) {
    const node = made("a", { href: [row.page, new URLSearchParams(query).toString()].filter(Boolean).join("?") }, ...children);
    node.onclick = (event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      setTriggerValue("open", { page: row.page, query });
    };
    return node;
  }
  const picture = (row, card) => {
    const image = made("img", { src: card.src, alt: card.alt, loading: "lazy", decoding: "async", width: 480, height: 360 });
    return link(row, card.query, image, made("span", {}, card.label));
  };
  let section = "";
  root.replaceChildren(...data.rows.flatMap((row) => {
    const head = row.section === section ? [] : [made("h2", {}, row.section)];
    section = row.section;
    const title = made("h3", {}, link(row, {}, row.question));
    const more = link(row, {}, `Open ${row.title} →`);
    more.className = "more";
    return [...head, made("section", {}, title, made("p", {}, row.summary), made("div", { class: "cards" }, ...row.cards.map((card) => picture(row, card))), more)];
  }));
}
