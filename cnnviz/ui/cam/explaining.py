"""What the CAM lecture asks: which class, which layer, which method, compared with what; and the panels it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import METHODS, Explanation, Guess, refusals, top
from cnnviz.cam.spread import half_area, peak
from cnnviz.ui import cache, state
from cnnviz.ui.cam.gathering import is_slow
from cnnviz.ui.components.bars import Bar, bars, percent
from cnnviz.ui.components.heatmap import SEQUENTIAL, Depth, Panel, View
from cnnviz.ui.controls import choose, menu
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

BEST = "the most probable"
COMPARISONS = {
    "runner-up": "the next class",
    "class": "a class by name",
    "method": "another method",
    "layer": "another layer",
    "nothing": "nothing",
}
UNSURE = 0.3  # below this the best guess is told as a guess


@dataclass(frozen=True)
class Choice:
    """An entry of a menu that is not a registry's: a layer, a comparison."""

    name: str
    title: str
    summary: str
    reference: str = ""


def readable(name: str) -> str:
    """A class as a person writes it: ``English_springer`` becomes ``English springer``."""
    return name.replace("_", " ")


def explain(network: Network, chosen: Chosen, *, method: str, target: int | None, layer: str) -> Explanation:
    """One map of the chosen picture, remembered."""
    return cache.explained(
        chosen.pixels, chosen.key, network_name=network.name, method=method, target=target, layer=layer
    )


def top_classes(network: Network, chosen: Chosen) -> tuple[Guess, ...]:
    """The five most probable classes of the chosen picture."""
    layer = network.layers[0].path
    seen = explain(network, chosen, method=next(iter(methods(network, layer))), target=None, layer=layer)
    return top(network, seen.probabilities)


def choose_class(network: Network, best: tuple[Guess, ...]) -> int:
    """Bars to click and a menu of all classes; returns the class to explain."""
    names = [BEST, *network.classes]
    wanted = state.linked("class", BEST, names)
    shown = best[0].name if wanted == BEST else wanted
    rows = [Bar(guess.name, readable(guess.name), guess.probability) for guess in best]
    picked = state.chooser("class", "bars", "picked")
    bars(rows, chosen=shown, key="bars", label="The five most probable: click one to explain it", on_pick=picked)
    answer = choose(
        f"Explain, of {len(network.classes)} classes",
        names,
        key="class",
        default=BEST,
        title=readable,
        help="The map shows what speaks for this class, also for one that the network finds improbable.",
    )
    return best[0].index if answer == BEST else network.index(answer)


def layers(network: Network) -> dict[str, Choice]:
    """The layers worth looking at, as a menu."""
    return {layer.path: Choice(layer.path, layer.title, f"`{layer.path}`") for layer in network.layers}


def methods(network: Network, layer: str) -> Mapping[str, Choice]:
    """The methods that work at ``layer``, as a menu."""
    refused = refusals(network, layer)
    return {name: Choice(name, m.title, m.summary, m.reference) for name, m in METHODS.items() if not refused[name]}


def quick(network: Network, layer: str) -> Mapping[str, Choice]:
    """Those of them that take a moment."""
    return {name: item for name, item in methods(network, layer).items() if not is_slow(network, name, layer)}


def compare(network: Network, chosen: Chosen, first: Explanation, best: tuple[Guess, ...]) -> Explanation | None:
    """Draw the menu of comparisons and return the second map, if one is wanted."""
    options = {name: Choice(name, title, "") for name, title in COMPARISONS.items()}
    versus = menu("Compare with", options, key="versus", help="What the second map beside the first one shows.")
    same = {"method": first.method, "target": first.target.index, "layer": first.layer}
    if versus == "nothing":
        return None
    if versus == "runner-up":
        same["target"] = next(guess.index for guess in best if guess.index != first.target.index)
    elif versus == "class":
        names = [name for name in network.classes if name != first.target.name]
        picked = choose("Class to compare", names, key="versus-class", default=names[0], title=readable)
        same["target"] = network.index(picked)
    elif versus == "method":
        others = {k: m for k, m in quick(network, first.layer).items() if k != first.method}
        same["method"] = menu("Method to compare", others, key="versus-method")
    else:
        others = {k: m for k, m in layers(network).items() if k != first.layer}
        same["layer"] = menu("Layer to compare", others, key="versus-layer")
        working = quick(network, str(same["layer"]))
        same["method"] = first.method if first.method in working else next(iter(working))
    return explain(network, chosen, **same)  # type: ignore[arg-type]


def verdict(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """The answer in words, and what to do when the photo is none of the classes."""
    best = top(network, shown.probabilities, 1)[0]
    if best.probability >= UNSURE:
        st.markdown(
            f"**{network.title}** says of {chosen.title}: **{readable(best.name)}**, {percent(best.probability)}."
        )
        return
    st.markdown(
        f"**{network.title}** does not know {chosen.title}: its best guess, **{readable(best.name)}**, gets "
        f"{percent(best.probability)}. Perhaps the picture is none of its {len(network.classes)} classes. "
        "The ImageNet networks in the menu know 1,000 (a download, offered with its size when you choose one)."
    )


def view() -> View:
    """How the maps are drawn, from the link or from what was set in the browser."""
    default = View()
    steps = [f"{k / 20:g}" for k in range(21)]
    return View(
        opacity=float(state.linked("opacity", f"{default.opacity:g}", steps)),
        colours=state.linked("colours", default.colours, SEQUENTIAL),
        signed=state.linked("signed", "no", ("no", "yes")) == "yes",
        smooth=state.linked("smooth", "yes", ("no", "yes")) == "yes",
    )


def keep_view() -> None:
    """Take over what was set in the browser, so that link and downloads follow; a callback."""
    told = getattr(state.get("heat"), "view", None) or {}
    for name in ("opacity", "colours", "signed", "smooth"):
        value = told.get(name)
        if isinstance(value, bool):
            state.put(name, "yes" if value else "no")
        elif isinstance(value, int | float):
            state.put(name, f"{value:g}")
        elif isinstance(value, str):
            state.put(name, value)


def depth(network: Network, layer: str) -> Depth:
    """The slider through the layers of the menu, the first one left."""
    path = tuple(reversed(network.layers))
    names = tuple(each.path for each in path)
    return Depth(names, tuple(each.title for each in path), names.index(layer), state.chooser("layer", "heat", "layer"))


def panel(network: Network, shown: Explanation) -> Panel:
    """One map for the browser, with its title and its text equivalent."""
    name = readable(shown.target.name)
    title = next(layer.title for layer in network.layers if layer.path == shown.layer)
    note = f"{METHODS[shown.method].title} · {title.split(',')[0]}"
    box = (shown.box.top, shown.box.left, shown.box.height, shown.box.width)
    return Panel(f"{name}, {percent(shown.target.probability)}", note, describe(shown), shown.map, box)


def describe(shown: Explanation) -> str:
    """The map in words, for those who do not see it."""
    name = readable(shown.target.name)
    if shown.map.max() <= 0:
        return f"Heat map for {name}: nothing speaks for it."
    down, across = peak(shown.map)
    half = percent(half_area(shown.map))
    return f"Heat map for {name}: strongest at the {down} {across}; half of what speaks for it lies in {half} of it."
