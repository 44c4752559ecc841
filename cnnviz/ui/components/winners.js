// Filters that win most: each of the first ten has a colour; other winners are grey, places without a winner clear.
const OTHERS = [150, 150, 150], rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

function row() {
  const made = node("li", "", node("i"), node("button", "solo"), node("span", "bar", node("b")), node("span", "share"), node("canvas"), node("span", "ends"));
  made.querySelector("canvas").setAttribute("aria-hidden", "true");
  return made;
}

function list(root, data, show) {
  const [rows, columns] = data.small.length ? data.small : [1, 1], means = unpacked(data.means), table = unpacked(data.table);
  const top = Math.max(1e-9, ...data.winners.map((each) => each.share));
  fitted(root, data.winners.length, row).forEach((item, k) => {
    const { unit, share, low, high } = data.winners[k], [swatch, name, bar, words, canvas, ends] = item.children;
    swatch.style.background = data.colours[k] ?? `rgb(${OTHERS})`;
    say(name, `Filter ${unit}`);
    bar.firstChild.style.width = `${(100 * share) / top}%`; bar.firstChild.style.background = data.colours[k] ?? `rgb(${OTHERS})`;
    say(words, `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`);
    const from = k * rows * columns, known = from + rows * columns <= means.length;
    canvas.hidden = ends.hidden = !known;
    if (!known) return;
    raster(canvas, columns, rows, (i) => { const q = 3 * means[from + i]; return [table[q], table[q + 1], table[q + 2], 255]; });
    say(ends, `${number(low)} to ${number(high)}`);
  });
  solo(root, [...root.children].map((item, k) => [item.children[1], data.winners[k].unit]), show);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".winners"), canvas = root.querySelector(".best"), read = root.querySelector(".read"), form = root.querySelector("form");
  const best = unpacked(data.best, Int16Array), sure = unpacked(data.sure), place_of = new Map(data.winners.map((each, k) => [each.unit, k]));
  let alone = null;
  const draw = () => {
    const pale = form.elements.sure.checked;
    raster(canvas, data.columns, data.rows, (i) => {
      if (best[i] < 0) return [0, 0, 0, 0];
      const colour = data.colours[place_of.get(best[i])];
      const faint = alone === null || alone === best[i] ? 1 : 0.12;
      return [...(colour ? rgb(colour) : OTHERS), faint * (pale ? 60 + 195 * (sure[i] / 255) : 255)];
    });
  };
  canvas.style.aspectRatio = `${data.columns} / ${data.rows}`;
  canvas.setAttribute("aria-label", `${data.label} Arrow keys read it off.`);
  form.onsubmit = (event) => event.preventDefault();
  form.oninput = draw;
  const words = (r, c) => {
    const i = r * data.columns + c, share = `${Math.round((100 * sure[i]) / 255)} % of the pictures`;
    say(read, best[i] < 0 ? `[${r}, ${c}]: no filter answers, in ${share}` : `[${r}, ${c}]: filter ${best[i]} wins most often, in ${share}`);
  };
  const rest = data.silent > 0.0005 ? `In ${(100 * data.silent).toFixed(1)} % of all places no filter answers above 0.` : "Point at a place.";
  cursor(canvas, { rows: data.rows, columns: data.columns }, words, () => say(read, rest));
  say(read, rest);
  list(root.querySelector(".list"), data, (unit) => { alone = unit; draw(); });
}
