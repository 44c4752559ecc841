// Layers as text, with what each line costs beside it. The server counts; what is typed meanwhile is never overwritten.
const editors = new WeakMap();
const WAIT = 300; // ms after the last key until it is counted

class Editor {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.body = root.querySelector("tbody");
    this.sent = new Set(); // texts on their way: an answer to one of them is no wish of the server
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("blur", () => this.now());
    root.querySelector("select").addEventListener("change", (event) => {
      const start = this.data.starts[event.target.selectedIndex - 1];
      event.target.selectedIndex = 0;
      if (start) this.replace(0, this.area.value.length, start[1]);
    });
  }

  show(data, tell) {
    this.data = data;
    this.tell = tell;
    this.area.maxLength = data.longest;
    this.area.setAttribute("aria-label", data.label);
    if (data.text !== this.area.value && !this.sent.has(data.text) && !this.timer) this.area.value = data.text;
    if (data.text === this.area.value) this.sent.clear();
    this.menu();
    this.buttons();
    this.totals();
    this.table();
  }

  typed() {
    this.table(); // the rows keep beside their lines
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), WAIT);
  }

  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { value } = this.area;
    if (value === this.data.text || this.sent.has(value)) return;
    this.sent.add(value);
    this.tell(value);
  }

  // by the browser's own editing, so that Ctrl+Z takes it back
  replace(from, to, text) {
    this.area.focus();
    this.area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) this.area.setRangeText(text, from, to, "end");
    this.typed();
    this.now();
  }

  add(text) {
    const { value, selectionStart } = this.area;
    const end = value.indexOf("\n", selectionStart);
    const at = end < 0 ? value.length : end;
    const empty = value.slice(value.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
    this.replace(at, at, empty ? text : `\n${text}`);
  }

  menu() {
    const select = this.root.querySelector("select");
    if (select.options.length) return;
    for (const title of ["…", ...this.data.starts.map((start) => start[0])]) select.add(new Option(title));
  }

  buttons() {
    const place = this.root.querySelector(".adds");
    if (place.children.length) return;
    for (const [title, text] of this.data.adds) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `+ ${title}`;
      button.title = `Adds ${text} below the line of the cursor`;
      button.onmousedown = (event) => event.preventDefault(); // the cursor stays in its line
      button.onclick = () => this.add(text);
      place.append(button);
    }
  }

  totals() {
    this.root.querySelector(".totals").replaceChildren(...this.data.totals.map(([value, label]) => {
      const total = document.createElement("span"), number = document.createElement("b");
      number.textContent = value;
      total.append(number, ` ${label}`);
      return total;
    }));
  }

  table() {
    const { cells, at, problem } = this.data;
    const count = Math.max(this.area.value.split("\n").length, 3);
    const stale = this.area.value !== this.data.text;
    this.area.rows = count;
    this.root.classList.toggle("stale", stale);
    const by = new Map(cells.map((cell) => [cell.line, cell]));
    const rows = [];
    for (let line = 1; line <= count; line++) rows.push(row(by.get(line), problem && line === at ? problem : ""));
    this.body.replaceChildren(...rows);
    this.root.querySelector(".problem").textContent = problem ? `Line ${at}: ${problem}.` : "";
    this.area.setAttribute("aria-invalid", String(Boolean(problem)));
  }
}

function row(cell, problem) {
  const line = document.createElement("tr");
  if (problem) {
    const told = line.insertCell();
    told.colSpan = 4;
    told.className = "wrong";
    told.textContent = `← ${problem}`;
    return line;
  }
  const texts = cell ? [cell.output, cell.params, cell.macs, cell.field] : ["", "", "", ""];
  const shares = cell ? [0, cell.params_share, cell.macs_share, 0] : [0, 0, 0, 0];
  texts.forEach((text, k) => {
    const td = line.insertCell();
    td.textContent = text;
    if (k > 1) td.className = "more";
    if (shares[k] > 0) td.style.setProperty("--share", `${Math.max(1, 100 * shares[k])}%`);
  });
  return line;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  if (!editors.has(root)) editors.set(root, new Editor(root));
  const editor = editors.get(root);
  editor.show(data, (text) => setStateValue("text", text));
  return () => clearTimeout(editor.timer);
}
