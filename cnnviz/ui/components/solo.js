// Entries of a legend, [button, key], each of which shows one thing alone: while pointed at or focused, and from one press
// to the next. For eyes that do not tell the colours apart, and for all that wonder where a small share is.
const SOLO = new WeakMap(); // what is pressed in each legend; stays when a new message draws it again
function solo(legend, entries, show) {
  const pressed = () => SOLO.get(legend) ?? null;
  const draw = (key) => {
    for (const [button, its] of entries) button.setAttribute("aria-pressed", String(its === pressed()));
    show(key ?? pressed());
  };
  if (!entries.some(([, key]) => key === pressed())) SOLO.delete(legend);
  for (const [button, key] of entries) {
    button.type = "button";
    button.title = "Its places alone, from one press to the next";
    button.onpointerenter = button.onfocus = () => draw(key);
    button.onpointerleave = button.onblur = () => draw(null);
    button.onclick = () => {
      if (pressed() === key) SOLO.delete(legend);
      else SOLO.set(legend, key);
      draw(null);
    };
  }
  draw(entries.find(([button]) => button.matches(":hover, :focus-visible"))?.[1]);
}
