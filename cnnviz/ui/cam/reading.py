"""Below the maps: the formula with this picture's numbers, what to notice, the code, and the downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import METHODS, Channel, Explanation
from cnnviz.cam.spread import against, half_area
from cnnviz.data.arrays import encode_npy
from cnnviz.data.images import encode_png
from cnnviz.figures.heatmaps import overlay
from cnnviz.params import param
from cnnviz.ui import cache
from cnnviz.ui.cam.explaining import panel, readable, view
from cnnviz.ui.cam.identity import symbol, why_not
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.heatmap import standalone
from cnnviz.ui.controls import controls
from cnnviz.ui.pictures import Chosen
from cnnviz.ui.strip import TITLES, columns, download, show_code

if TYPE_CHECKING:
    from cnnviz.models import Network


@dataclass(frozen=True)
class Terms:
    """How much of the sum the formula writes out."""

    terms: int = param(3, low=1, high=8, help="How many channels of the sum are written out, largest share first.")


def strip(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """Three columns under the figure."""
    left, middle, right = columns(("The formula with this picture's numbers", *TITLES[1:]))
    with left:
        with st.popover("How many terms", type="tertiary"):
            written = controls(Terms, key="formula")
        formula(network, shown, written.terms)
    with middle:
        notice(shown)
    with right:
        downloads(network, chosen, shown)
        show_code(code(network, chosen, shown))
        if chosen.credit:
            st.caption(f"Picture: {chosen.credit}")


def formula(network: Network, shown: Explanation, terms: int) -> None:
    """The method's formula, then the largest terms of the sum and what they add up to."""
    st.latex(METHODS[shown.method].formula)
    channels = shown.channels(terms)
    if channels:
        st.latex(rf"\overline{{M}} = {_sum(channels)} + \dots = {_number(shown.total)}")
    if shown.bias is None:
        st.caption(why_not(network, shown))
        return
    number = f"{shown.total:.2f}" if shown.method == "cam" else rf"{shown.map.size}\cdot{shown.total:.4f}"
    st.latex(rf"{symbol(shown)} + b_c = {number} {shown.bias:+.2f} = {shown.logit:.2f} = \text{{logit}}")


def _sum(channels: tuple[Channel, ...]) -> str:
    """The terms ``w_k · mean(A_k)`` in LaTeX, each with its name under it."""
    terms = []
    for c in channels:
        name = rf"w_{{{c.index}}}\overline{{A_{{{c.index}}}}}"
        sign = "+" if c.contribution >= 0 else "-"
        terms.append(rf"{sign} \underbrace{{{_number(abs(c.contribution))}}}_{{{name}}}")
    return " ".join(terms).removeprefix("+ ")


def _number(value: float) -> str:
    """Two decimals, or two digits of what is smaller, in LaTeX."""
    if abs(value) >= 0.095 or value == 0:
        return f"{value:.2f}"
    digits, _, power = f"{value:.2g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}" if power else digits


def notice(shown: Explanation) -> None:
    """Two to four sentences about this very map."""
    rows, columns = shown.map.shape
    half = percent(half_area(shown.map))
    lines = [
        f"- The map has **{rows}×{columns}** cells: switch *Smooth* off to see them. The layer knows no finer place.",
        f"- Half of what speaks for *{readable(shown.target.name)}* lies in **{half}** of them.",
    ]
    if not METHODS[shown.method].knows_class:
        lines[1] = (
            f"- {METHODS[shown.method].title} asks for no class: it shows where the layer answers, for any class."
        )
    elif against(shown.map) > 0.02:
        share = percent(against(shown.map))
        lines.append(
            f"- **{share}** of the cells speak *against* it. Most papers hide them; a switch below the picture shows "
            "them."
        )
    if shown.bias is not None:
        lines.append(
            "- On the last map before global average pooling, Grad-CAM, HiRes-CAM and XGrad-CAM are all CAM divided by "
            "the number of cells: compare them."
        )
    st.markdown("\n".join(lines))


def downloads(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """The picture as drawn, the numbers, and the figure as a file that works offline."""
    stem = f"{shown.method}-{shown.network}-{shown.target.index}"
    with st.container(horizontal=True):
        download("Picture (PNG)", lambda: as_drawn(chosen, shown), name=f"{stem}.png", mime="image/png")
        download("Map (npy)", lambda: encode_npy(shown.map), name=f"{stem}.npy", mime="application/octet-stream")
        download("Figure (HTML)", lambda: as_page(network, chosen, shown), name=f"{stem}.html", mime="text/html")


def as_page(network: Network, chosen: Chosen, shown: Explanation) -> bytes:
    """The map with its controls as an HTML file, for slides: it asks no server."""
    return standalone(
        [panel(network, shown)],
        cache.shown(chosen.pixels, chosen.key),
        size=(chosen.pixels.shape[0], chosen.pixels.shape[1]),
        view=view(),
        title=f"{METHODS[shown.method].title}: {readable(shown.target.name)}",
    )


def as_drawn(chosen: Chosen, shown: Explanation) -> bytes:
    """The picture with its map as the browser shows it, in the picture's own size."""
    how = view()
    drawn = overlay(
        chosen.pixels, shown.map, box=shown.box, colours=how.colours, opacity=how.opacity, signed=how.signed
    )
    return encode_png(drawn)


def code(network: Network, chosen: Chosen, shown: Explanation) -> str:
    """The lines that reproduce the map on screen, runnable as they stand."""
    sample = chosen.key.removeprefix("sample ")
    picture = f'sample("{sample}")' if sample != chosen.key else 'read_image(Path("photo.jpg"))  # your photo'
    source = "samples import sample" if sample != chosen.key else "images import read_image"
    path = "" if sample != chosen.key else "from pathlib import Path\n\n"
    return f"""{path}from cnnviz.cam import explain
from cnnviz.data.{source}
from cnnviz.models import load

picture = {picture}
network = load("{network.name}")
shown = explain(network, picture, method="{shown.method}", target={shown.target.index}, layer="{shown.layer}")
print(shown.target.name, shown.logit)  # {shown.target.name} {shown.logit:.3f}
print(shown.map.shape, shown.map.mean())  # {shown.map.shape} {shown.map.mean():.4f}
"""
