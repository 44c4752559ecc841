"""Two classes in one picture: what speaks for one, what for the other, and what tells them apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import METHODS, Explanation, Guess
from cnnviz.cam.spread import peak
from cnnviz.ui import cache
from cnnviz.ui.cam.explaining import explain, panel, readable, view
from cnnviz.ui.cam.gathering import is_slow
from cnnviz.ui.cam.identity import factor, symbol, why_not
from cnnviz.ui.components.duet import duet
from cnnviz.ui.components.heatmap import scene
from cnnviz.ui.controls import choose
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

NEXT = "the next class"
LARGEST_ODDS = 1e6


def classes(network: Network, chosen: Chosen, shown: Explanation, best: tuple[Guess, ...]) -> None:
    """Both maps in one picture, and their difference, with the numbers behind it."""
    if not METHODS[shown.method].knows_class:
        st.info(f"{METHODS[shown.method].title} gives every class the same map: choose another method to compare two.")
        return
    if is_slow(network, shown.method, shown.layer):
        st.info(f"{METHODS[shown.method].title} takes one pass per channel: choose a quicker method to compare two.")
        return
    target = _second(network, shown, best)
    other = explain(network, chosen, method=shown.method, target=target, layer=shown.layer)
    one, two = readable(shown.target.name), readable(other.target.name)
    height, width = chosen.pixels.shape[:2]
    duet(
        panel(network, shown),
        panel(network, other),
        scene(cache.shown(chosen.pixels, chosen.key), size=(height, width), view=view()),
        captions=(f"What speaks for {one}, and what for {two}", f"The difference: what tells {one} from {two}"),
        alts=(_where(shown, other), _apart(shown, other)),
        key="duet",
    )
    numbers(network, shown, other)


def _second(network: Network, shown: Explanation, best: tuple[Guess, ...]) -> int:
    """The menu of the second class."""
    names = [NEXT, *(name for name in network.classes if name != shown.target.name)]
    with st.columns([2, 3])[0]:
        answer = choose("Second class", names, key="other", default=NEXT, title=readable)
    if answer == NEXT:
        return next(guess.index for guess in best if guess.index != shown.target.index)
    return network.index(answer)


def numbers(network: Network, shown: Explanation, other: Explanation) -> None:
    """What the difference of the maps is worth: the log odds of the two classes, where that is exact."""
    one, two = readable(shown.target.name), readable(other.target.name)
    gap, times = shown.logit - other.logit, factor(shown)
    if times is None or shown.bias is None or other.bias is None:
        st.markdown(f"The logits differ by **{gap:+.2f}**. {why_not(network, shown)}")
        return
    difference = times * (shown.total - other.total)
    st.latex(
        rf"{symbol(shown)}_{{a-b}} + (b_a - b_b) = {difference:.2f} {shown.bias - other.bias:+.2f} = {gap:.2f}"
        rf" = S_a - S_b"
    )
    st.markdown(
        f"Both maps are sums over the same channels, so their difference is the map of the difference of the two "
        f"logits, **{gap:+.2f}**: the network finds *{one}* **{_odds(gap)}** as probable as *{two}*."
    )


def _odds(gap: float) -> str:
    """How many times as probable: ``e^gap``."""
    odds = math.exp(max(-20.0, min(20.0, gap)))
    if odds > LARGEST_ODDS:
        return "over a million times"
    return f"{odds:,.0f} times" if odds >= 10 else f"{odds:.2g} times"


def _where(shown: Explanation, other: Explanation) -> str:
    places = [(readable(each.target.name), " ".join(peak(each.map))) for each in (shown, other)]
    return "; ".join(f"{name}: strongest at the {place}" for name, place in places)


def _apart(shown: Explanation, other: Explanation) -> str:
    less = shown.map - other.map
    one, two = readable(shown.target.name), readable(other.target.name)
    for_one, for_two = " ".join(peak(less)), " ".join(peak(-less))
    return f"Difference: most for {one} at the {for_one}, most for {two} at the {for_two}"
