"""The patch visits the whole photo: the maps, coarse to fine while they arrive, and the price before."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.inspections.occlusion import Event, occlusion_of
from cnnviz.occlusion import Occlusion
from cnnviz.ui import cache, state
from cnnviz.ui.cam.explaining import readable
from cnnviz.ui.components.occluder_maps import Swept, occluder_maps
from cnnviz.ui.live import live
from cnnviz.ui.occluding import places, searching
from cnnviz.ui.occluding.dragging import photo
from cnnviz.ui.occluding.situation import Situation, price, refusal

KEY, OPACITY = "occlusion-maps", 0.65
STEPS = [f"{k / 20:g}" for k in range(21)]


def show(asked: Situation) -> Occlusion | None:
    """The maps with their button; returns what is known of them."""
    refused = refusal(asked)
    if refused:
        st.info(refused, icon=":material/block:")
        return None
    st.caption(price(asked))
    drawing = functools.partial(draw, asked)
    events: tuple[Event, ...] = live(
        searching.TASK,
        searching.settings(asked),
        key="occlusion",
        draw=drawing,
        label="Compute the maps",
        untrained=lambda: _before(asked),
    )
    return occlusion_of(events[-1]) if events else None


def _before(asked: Situation) -> None:
    st.markdown(
        f"Press *Compute the maps*: the patch then visits the whole photo, coarse steps first, and three maps grow "
        f"here: p({asked.name}) under the patch, how far it drops, and the class that wins."
    )


def draw(asked: Situation, events: Sequence[Event], _finished: bool) -> None:  # noqa: FBT001 (as live calls it)
    """The three maps of the last event."""
    if _picked(asked):
        st.rerun()  # the photo above shows the patch there
    found = occlusion_of(events[-1])
    pixels = asked.chosen.pixels
    occluder_maps(
        dataclasses.replace(photo(asked), picture=cache.shown(pixels, asked.chosen.key)),
        swept(found),
        target=readable(asked.network.classes[found.target]),
        names=[readable(name) for name in asked.network.classes],
        opacity=opacity(),
        key=KEY,
        on_picked=lambda: state.put(f"{KEY}-picked", True),
        on_opacity=_fade,
    )


def swept(found: Occlusion) -> Swept:
    """What the browser needs of it."""
    return Swept(
        tops=found.tops.tolist(),
        lefts=found.lefts.tolist(),
        patch=found.patch,
        probability=found.probability,
        clean=float(found.clean[found.target]),
        predicted=found.predicted,
        first=int(np.argmax(found.clean)),
    )


def opacity() -> float:
    """How strongly the maps cover the photo, from the link or the slider."""
    return float(state.linked("map-opacity", f"{OPACITY:g}", STEPS))


def _fade() -> None:
    value = getattr(state.get(KEY), "opacity", None)
    if isinstance(value, int | float):
        state.put("map-opacity", f"{value:g}")


def _picked(asked: Situation) -> bool:
    """Whether a place of the maps was clicked since the last run; the patch is then put there."""
    if not state.get(f"{KEY}-picked"):
        return False
    state.put(f"{KEY}-picked", False)
    told = getattr(state.get(KEY), "picked", None)
    if not (isinstance(told, list | tuple) and len(told) == 2 and all(isinstance(each, int) for each in told)):
        return False
    places.put(places.inside((told[0], told[1]), asked.size, asked.sides))
    return True
