"""What the lecture on filters asks for: which layer, which unit, and how the sheet is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui import state
from cnnviz.ui.components.sprites import View
from cnnviz.ui.controls import choose

if TYPE_CHECKING:
    from cnnviz.features import Maps
    from cnnviz.models import Network

STRONGEST = "strongest"
SUITS = "suits"  # the network: what it looks at unless told otherwise
SHOWN = ("maps", "kernels")


def choose_layer(network: Network) -> str:
    """The menu of layers: those to begin with, or all. A link may ask for any."""
    from cnnviz.models.layers import places, worth

    good = {each.path: f"{each.path}: {each.title}" for each in worth(network)}
    every = {each.path: each.title for each in places(network)}
    titles = {**every, **good}
    first = next(iter(good))
    state.remember_default("every-layer", False)
    every_shown = bool(state.get("every-layer", False)) or st.query_params.get("every-layer") == "true"
    asked = state.linked("layer", first, titles)
    names = [*every, *(name for name in good if name not in every)] if every_shown else [*good]
    if asked not in names:
        names.append(asked)
    layer = choose(
        f"Layer ({len(names)} of {len(titles)})",
        names,
        key="layer",
        default=first,
        title=lambda name: titles[name],
        help="Early layers answer with edges and colours, late ones with parts of things.",
    )
    st.toggle(
        "Every layer in the menu",
        key="every-layer",
        bind="query-params",
        help="Also what lies inside the blocks: each convolution, batch norm, activation and pooling.",
    )
    return layer


def choose_unit(maps: Maps) -> int:
    """The unit that the link or a click asks for; else the one with the strongest answer to this picture."""

    def known(text: str) -> bool:
        return text == STRONGEST or (text.isascii() and text.isdecimal() and int(text[:9]) < len(maps.values))

    asked = state.linked("unit", STRONGEST, known)
    return int(maps.high.argmax()) if asked == STRONGEST else int(asked)


def data_name(network: Network) -> str:
    """The data that the link or the menu below the figure asks for; else what suits the network."""
    from cnnviz.features import default_data, sources

    asked = state.linked("data", SUITS, (SUITS, *sources()))
    return default_data(network) if asked == SUITS else asked


def view(orders: list[str]) -> View:
    """How the sheet is drawn, from the link or from what was set in the browser."""
    from cnnviz.features.sheets import SCALES

    return View(
        show=state.linked("map-show", "maps", SHOWN),
        scale=state.linked("map-scale", "unit", SCALES),
        order=state.linked("map-order", "stored", orders),
    )


def keep_view() -> None:
    """Take over what was set in the browser, so that link and downloads follow; a callback."""
    told = getattr(state.get("sprites"), "view", None) or {}
    for name in ("show", "scale", "order"):
        if isinstance(told.get(name), str):
            state.put(f"map-{name}", told[name])
