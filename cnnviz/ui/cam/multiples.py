"""Small multiples: all quick methods at one layer, and one method at all layers. A click makes one the main map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.cam import METHODS, Explanation, Guess
from cnnviz.ui import cache, state
from cnnviz.ui.cam.explaining import describe, readable, view
from cnnviz.ui.cam.explaining import methods as working
from cnnviz.ui.cam.gathering import at_all_layers, by_all_methods, is_slow, sweeping
from cnnviz.ui.components.heatmap import Panel, scene
from cnnviz.ui.components.mapgrid import mapgrid
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

OWN_SCALE = "Each map has its own scale, from 0 to its largest value (below it)"


def methods(network: Network, chosen: Chosen, shown: Explanation, _best: tuple[Guess, ...]) -> None:
    """All methods that need no second look, computed in one pass."""
    found = by_all_methods(network, chosen, target=shown.target.index, layer=shown.layer)
    panels = {
        each.method: _panel(
            each, METHODS[each.method].title, alike(each, shown) if each.method != shown.method else "the main map"
        )
        for each in found
    }
    st.caption(
        f"What speaks for *{readable(shown.target.name)}* at this layer, by every method that takes a moment. "
        f"{OWN_SCALE}: the methods count in different units. r is the correlation with the main map. "
        f"Click a map to enlarge it.{_left_out(network, shown.layer)}"
    )
    mapgrid(
        panels,
        _scene(chosen),
        chosen=shown.method,
        label="All methods: click one to enlarge it",
        key="grid-methods",
        on_pick=state.chooser("method", "grid-methods", "picked"),
    )


def layers(network: Network, chosen: Chosen, shown: Explanation, _best: tuple[Guess, ...]) -> None:
    """One method at every layer in the menu, from the picture to the scores."""
    method = sweeping(network, shown.method)
    found = at_all_layers(network, chosen, method=method, target=shown.target.index)
    titles = {layer.path: layer.title.split(",")[0] for layer in network.layers}
    panels = {
        each.layer: _panel(each, titles[each.layer].capitalize(), f"{each.map.shape[0]}×{each.map.shape[1]} cells")
        for each in reversed(found)
    }
    instead = "" if method == shown.method else f" ({METHODS[shown.method].title} works at one layer only)"
    st.caption(
        f"**{METHODS[method].title}**{instead} for *{readable(shown.target.name)}*, from the first layers, which know "
        f"edges and places, to the last, which knows things. {OWN_SCALE}. Click a map to enlarge it."
    )
    mapgrid(
        panels,
        _scene(chosen),
        chosen=shown.layer if method == shown.method else "",
        label="All layers, the first one first: click one to enlarge it",
        key="grid-layers",
        on_pick=lambda: _take_layer(method),
    )


def _left_out(network: Network, layer: str) -> str:
    """Which methods are not among the small multiples, and why."""
    slow = [METHODS[name].title for name in working(network, layer) if is_slow(network, name, layer)]
    if not slow:
        return ""
    verb = "runs" if len(slow) == 1 else "run"
    return f" {' and '.join(slow)} {verb} the network once per channel here: in the menu *Method*."


def _take_layer(method: str) -> None:
    """The clicked layer becomes the main map's, with the method that was swept; a callback."""
    clicked = getattr(state.get("grid-layers"), "picked", None)
    if isinstance(clicked, str):
        state.put("layer", clicked)
        state.put("method", method)


def alike(one: Explanation, other: Explanation) -> str:
    """How alike two maps of the same cells are: their correlation."""
    a, b = (each.map.astype(np.float64).ravel() - each.map.mean(dtype=np.float64) for each in (one, other))
    length = float(np.sqrt((a @ a) * (b @ b)))
    if a.shape != b.shape or length <= 0:
        return "one value everywhere"
    return f"r = {a @ b / length:.2f}".replace("-", "\N{MINUS SIGN}")


def _panel(shown: Explanation, title: str, note: str) -> Panel:
    box = (shown.box.top, shown.box.left, shown.box.height, shown.box.width)
    return Panel(title, note, describe(shown), shown.map, box)


def _scene(chosen: Chosen) -> dict[str, object]:
    height, width = chosen.pixels.shape[:2]
    return scene(cache.small(chosen.pixels, chosen.key), size=(height, width), view=view())
