"""Below the sheet: the sum behind one answer with its numbers, what to notice, the code, and the downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.data.arrays import encode_npy
from cnnviz.data.images import encode_png
from cnnviz.figures.colours import table
from cnnviz.ui import cache
from cnnviz.ui.components.sprites import View
from cnnviz.ui.features.showing import field_of, kernels_of, orders_of, span
from cnnviz.ui.strip import TITLES, columns, download, show_code

if TYPE_CHECKING:
    from cnnviz.features import Maps, Sum
    from cnnviz.models import Network
    from cnnviz.ui.pictures import Chosen

TERMS = 3
SILENT = 1e-6  # an answer below this share of the layer's largest is none


def strip(network: Network, chosen: Chosen, maps: Maps, *, number: int, view: View) -> None:
    """Three columns under the figure."""
    left, middle, right = columns(("The formula with this unit's numbers", *TITLES[1:]))
    with left:
        formula(network, chosen, maps, number)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(network, maps, number)))
    with right:
        downloads(network, chosen, maps, view)
        show_code(code(network, chosen, maps, number))
        st.markdown(f"[Link to this unit](filters?{query(network, chosen, maps, number)})")
        if chosen.credit:
            st.caption(f"Picture: {chosen.credit}")


def formula(network: Network, chosen: Chosen, maps: Maps, number: int) -> None:
    """The sum of products behind the unit's strongest answer, or why there is no single one."""
    if kernels_of(network, maps.layer) is None:
        st.latex(r"A_k = \varphi\left(F_k(x) + S_k(x)\right)")
        st.caption(
            "A unit of a block adds what its branch F and its shortcut S say (φ: a ReLU, or nothing), so no single "
            "kernel makes it. Choose one of the convolutions (“Every layer in the menu”) to see the products."
        )
        return
    found = summed(network, chosen, maps.layer, number)
    st.latex(r"z_k[y,x] = b_k + \sum_{c,i,j} w_k[c,i,j]\; x_c[sy + i - p,\; sx + j - p]")
    st.latex(written(found))
    row, column = found.place
    products = f"{found.weights.size} products of a weight and an input"
    st.caption(f"At row {row}, column {column} of {found.path}, where unit {number} answers most: {products}.")
    if found.path != maps.layer:
        st.caption(f"What follows up to {maps.layer} (batch norm, activation, pooling) acts on each map alone.")


def summed(network: Network, chosen: Chosen, layer: str, number: int) -> Sum:
    """The sum, remembered: one pass up to the layer."""
    from cnnviz.features import sum_at

    return cache.made(
        lambda: sum_at(network, chosen.pixels, layer, unit=number), f"sum {network.name} {layer} {number} {chosen.key}"
    )


def written(found: Sum) -> str:
    """The largest products, the rest, the bias and the result, in LaTeX."""
    terms = found.terms(TERMS)
    products = [
        rf"\underbrace{{{t.weight:.2g}\cdot{_bracketed(t.input)}}}_{{c={t.channel},\,i={t.row},\,j={t.column}}}"
        for t in terms
    ]
    rest = found.total - found.bias - sum(t.product for t in terms)
    bias = rf"\underbrace{{{found.bias:+.2f}}}_{{b}}" if found.bias else ""
    others = found.weights.size - len(terms)
    more = rf"\underbrace{{{rest:+.2f}}}_{{{others}\text{{ more}}}}" if others > 0 else ""
    first, second = " + ".join(products), f"{more} {bias} = {found.total:.2f}"
    return rf"\begin{{aligned}} z_{{{found.unit}}} ={{}} & {first} \\ & {second} \end{{aligned}}"


def _bracketed(value: float) -> str:
    return f"({value:.2g})" if value < 0 else f"{value:.2g}"


def notice(network: Network, maps: Maps, number: int) -> list[str]:
    """Two to four sentences about these very maps."""
    count, rows, across = maps.values.shape
    sees = field_of(network, maps.layer)
    top = float(maps.values.max())
    silent = int((maps.high <= SILENT * max(top, 0)).sum())
    lines = [
        f"**{count} units**, each asks one question at {rows}×{across} places, with the same weights at each.",
        f"An answer looks at **{sees.rows.size}×{sees.columns.size}** pixels.",
    ]
    values = maps.values[number]
    if maps.values.min() >= 0:
        share = float((values > 0).mean())
        lines.append(
            f"Unit {number} answers at **{100 * share:.0f} %** of the places and is 0 elsewhere, as ReLU cuts."
        )
        lines.append(f"**{silent}** of {count} units find nothing in this picture at all.")
    else:
        share = float((values > 0).mean())
        lines.append(f"Unit {number} is positive at **{100 * share:.0f} %** of the places. ReLU will keep only those.")
    if maps.contributions is not None:
        adds = float(maps.contributions[number])
        name = network.classes[maps.target].replace("_", " ")
        lines.append(f"It adds **{adds:+.2f}** to the logit of *{name}*: weight times its mean.")
    else:
        lines.append("Weak units look as strong as others while each has its own scale: choose *layer* or *network*.")
    return lines


def downloads(network: Network, chosen: Chosen, maps: Maps, view: View) -> None:
    """The sheet as drawn, and the numbers."""
    stem = f"{maps.network}-{maps.layer}".replace("@", "-")
    with st.container(horizontal=True):
        download("Sheet (PNG)", lambda: as_drawn(network, chosen, maps, view), name=f"{stem}.png", mime="image/png")
        download("Maps (npy)", lambda: encode_npy(maps.values), name=f"{stem}.npy", mime="application/octet-stream")


def as_drawn(network: Network, chosen: Chosen, maps: Maps, view: View) -> bytes:
    """All units in the order and colours of the page, as one picture."""
    from cnnviz.features.ordering import order
    from cnnviz.features.sheets import laid_out, levels, limits, shrunk

    values = shrunk(maps.values, 4_000_000)
    ends = limits(values, view.scale, span=span(network, chosen))
    colours = table("RdBu_r" if maps.values.min() < 0 else "viridis")
    by = order(maps, view.order if view.order in orders_of(maps) else "stored")
    tiles: np.ndarray = colours[levels(values, ends)[by]]
    return encode_png(laid_out(tiles))


def query(network: Network, chosen: Chosen, maps: Maps, number: int) -> str:
    """The address of this unit, without what only says how it is drawn."""
    from urllib.parse import urlencode

    told = {"network": network.name, "layer": maps.layer, "unit": str(number)}
    if chosen.key.startswith("sample "):
        told["picture"] = chosen.key.removeprefix("sample ")
    return urlencode(told)


def code(network: Network, chosen: Chosen, maps: Maps, number: int) -> str:
    """The lines that reproduce the numbers on screen, runnable as they stand."""
    name = chosen.key.removeprefix("sample ")
    ours = name != chosen.key
    picture = f'sample("{name}")' if ours else 'read_image(Path("photo.jpg"))  # your photo'
    source = "samples import sample" if ours else "images import read_image"
    path = "" if ours else "from pathlib import Path\n\n"
    row, column = maps.peaks[number]
    return f"""{path}from cnnviz.data.{source}
from cnnviz.features import maps
from cnnviz.models import load

picture = {picture}
found = maps(load("{network.name}"), picture, "{maps.layer}")
print(found.values.shape)  # {maps.values.shape}
print(found.peaks[{number}], found.high[{number}])  # [{row} {column}] {maps.high[number]:.4f}
"""
