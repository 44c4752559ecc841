// The classes beside the photo: a bar for what the network says now, a tick for what it said of the photo alone.
function classBar() {
  const bar = node("button", "", node("span", "name"), node("span", "track", node("span", "bar"), node("span", "was")), node("span", "value"));
  bar.type = "button";
  return bar;
}

function drawBars(list, said, chosen, pick) {
  const best = said.reduce((k, each, j) => (each.now > said[k].now ? j : k), 0), first = said.reduce((k, each, j) => (each.clean > said[k].clean ? j : k), 0);
  fitted(list, said.length, classBar).forEach((button, k) => {
    const [name, track, value] = button.children, [bar, was] = track.children, told = said[k];
    bar.style.transform = `scaleX(${Math.max(0.004, told.now)})`;
    was.style.left = `${100 * told.clean}%`;
    say(name, told.title); say(value, told.text);
    button.classList.toggle("won", k === best && best !== first); // another class than before wins
    button.setAttribute("aria-label", `${told.title}: ${told.text} now, ${told.was} without a patch. Choose this class.`);
    button.setAttribute("aria-pressed", String(told.name === chosen));
    button.onclick = () => pick(told.name);
  });
}
