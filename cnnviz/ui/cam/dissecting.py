"""The anatomy of a map: its largest channels, what each adds, and the sum of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import Explanation, Guess
from cnnviz.cam.anatomy import Anatomy, Term
from cnnviz.ui import cache
from cnnviz.ui.cam.explaining import readable, view
from cnnviz.ui.cam.gathering import taken_apart
from cnnviz.ui.cam.identity import factor, plain, symbol, why_not
from cnnviz.ui.components.anatomy import Growth, Part
from cnnviz.ui.components.anatomy import anatomy as draw
from cnnviz.ui.components.heatmap import scene
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network


def anatomy(network: Network, chosen: Chosen, shown: Explanation, _best: tuple[Guess, ...]) -> None:
    """Channels, their weights and products, and the slider that adds them up."""
    parts = taken_apart(network, chosen, shown)
    if isinstance(parts, str):
        st.info(parts)
        return
    st.caption(_explained(shown, parts))
    height, width = chosen.pixels.shape[:2]
    draw(
        [_part(term) for term in parts.terms],
        _growth(shown, parts),
        scene(cache.shown(chosen.pixels, chosen.key), size=(height, width), view=view()),
        identity=f"{network.name} {chosen.key} {shown.target.index} {shown.method} {shown.layer}",
        key="anatomy",
    )
    identity(network, shown)


def identity(network: Network, shown: Explanation) -> None:
    """The sum with its numbers where it is the logit, and a clear word where it is not."""
    times = factor(shown)
    if times is None or shown.bias is None:
        st.markdown(f"{why_not(network, shown)} The logit is **{shown.logit:.2f}**.")
        return
    number = f"{times * shown.total:.2f}"
    st.latex(rf"{symbol(shown)} + b_c = {number} {shown.bias:+.2f} = {shown.logit:.2f} = S_c")
    st.markdown(
        f"This is exact, for every picture: the sum of all channels and the bias *is* the logit of "
        f"*{readable(shown.target.name)}*. Nothing that decides is hidden from the map."
    )


def _explained(shown: Explanation, parts: Anatomy) -> str:
    by = "its weight" if shown.weights is not None else "the gradient, place by place"
    return (
        f"Each channel's answer (left) times {by} is what it adds (right: red for, blue against "
        f"*{readable(shown.target.name)}*). The {len(parts.terms)} largest of {parts.channels}; click one, or move the "
        "slider, to add up."
    )


def _part(term: Term) -> Part:
    factor_text = "× gradient" if term.weight is None else f"× {term.weight:.3g}".replace("-", "\N{MINUS SIGN}")
    return Part(f"Channel {term.index}", factor_text, term.weight, term.activation, term.part)


def _growth(shown: Explanation, parts: Anatomy) -> Growth:
    times = factor(shown)
    box = (shown.box.top, shown.box.left, shown.box.height, shown.box.width)
    bias = shown.bias if times is not None else None
    return Growth(parts.counts, parts.sums, box, plain(shown), times or 1.0, bias, shown.logit)
