"""What is asked: this network, this picture, this class, covered by a patch of this size, fill and stride."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.occlusion import FILLS, Cost, OcclusionError, Patch
from cnnviz.ui import cache, state
from cnnviz.ui.cam.explaining import BEST, readable
from cnnviz.ui.controls import choose, menu
from cnnviz.ui.occluding.places import Box
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

STRIDES = {
    "whole": ("the whole patch", 1),
    "half": ("half of it", 2),
    "quarter": ("a quarter of it", 4),
    "eighth": ("an eighth of it", 8),
}
SHARE = 20  # percent of the shorter side: 32 pixels of 160
SEED = 0  # of the noise that a patch may show


@dataclass(frozen=True)
class Situation:
    """``view`` is what the network sees, uint8 ``(h, w, 3)``; ``clean`` its probabilities.

    ``wanted``: ``target`` was asked for by name. The recorded runs ask for the most probable class instead.
    """

    network: Network
    chosen: Chosen
    view: NDArray[np.uint8]
    clean: NDArray[np.float32]
    target: int
    wanted: bool
    patch: Patch

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the view."""
        return self.view.shape[0], self.view.shape[1]

    @property
    def name(self) -> str:
        """The class that is asked for, as a person writes it."""
        return readable(self.network.classes[self.target])

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width of the patch."""
        return self.patch.height, self.patch.width

    @property
    def context(self) -> str:
        """What an answer of the server belongs to: with another photo or patch it is another one."""
        return f"{self.network.name} {self.chosen.key} {self.target} {self.patch.height} {self.patch.fill}"

    def under(self, boxes: tuple[Box, ...]) -> NDArray[np.float32]:
        """Probabilities ``(classes,)`` with these parts covered; one forward pass, then remembered."""
        return cache.covered(
            self.view, self.chosen.key, network_name=self.network.name, boxes=boxes, fill=self.patch.fill
        )

    def filled(self) -> NDArray[np.uint8]:
        """The view, all of it covered."""
        return FILLS[self.patch.fill](self.view, SEED)


def choose_situation(network: Network, chosen: Chosen, target: int | None) -> Situation:
    """Draw the row of patch, fill and stride; ``target`` None is the most probable class. Returns what is asked."""
    view = cache.made(lambda: network.view(chosen.pixels), f"view {network.name} {chosen.key}")
    patch = choose_patch(view.shape[0], view.shape[1])
    clean = cache.covered(view, chosen.key, network_name=network.name, boxes=(), fill=patch.fill)
    best = int(clean.argmax()) if target is None else target
    return Situation(network, chosen, view, clean, best, target is not None, patch)


def choose_class(network: Network) -> int | None:
    """The menu of all classes; a click on a bar sets it too. None is the most probable one."""
    answer = choose(
        f"Class, of {len(network.classes)}",
        [BEST, *network.classes],
        key="class",
        default=BEST,
        title=readable,
        help="Whose score is watched. A click on a bar chooses it too.",
    )
    return None if answer == BEST else network.index(answer)


def choose_patch(height: int, width: int) -> Patch:
    """Size, stride and fill of the patch on a view of that size."""
    state.remember_default("patch", SHARE)
    left, middle, right = st.columns([3, 2, 2], gap="medium")
    share = left.slider(
        "Patch, in % of the shorter side",
        5,
        60,
        SHARE,
        5,
        key="patch",
        bind="query-params",
        help="A square. Large ones hide whole parts, small ones only detail that the network may not miss.",
    )
    side = max(1, round(share / 100 * min(height, width)))
    with middle:
        fill = menu("It shows", FILLS, key="fill", help="Nothing is neutral: try them on the same place.")
    with right:
        stride = choose(
            "For the maps it moves by",
            list(STRIDES),
            key="stride",
            default="half",
            title=lambda name: STRIDES[name][0],
            help="The smaller the step, the finer the map, and the more often the network has to look.",
        )
    step = max(1, round(side / STRIDES[stride][1]))
    return Patch(side, side, step, step, fill)


def refusal(asked: Situation) -> str:
    """Why there are no such maps, in a sentence; empty if there are."""
    try:
        asked.patch.grid(*asked.size)
    except OcclusionError as refused:
        return str(refused)
    return ""


def price(asked: Situation) -> str:
    """What the maps take; see :func:`refusal` first.

    Too long a time is only told here: it was measured in this process, where many may be at work; the worker decides.
    """
    try:
        taken = _cost(asked)
    except OcclusionError as refused:
        return f"{refused}."
    seconds = f"{taken.seconds:.1f}" if taken.seconds < 10 else f"{taken.seconds:.0f}"
    return (
        f"A patch of {asked.patch.height}×{asked.patch.width} pixels visits {taken.windows:,} places, "
        f"{asked.patch.stride_down} pixels apart: the work of {taken.forwards_equivalent:,.0f} whole looks, about "
        f"{seconds}\N{NO-BREAK SPACE}s on one core."
    )


def _cost(asked: Situation) -> Cost:
    from cnnviz.occlusion import cost

    key = f"cost {asked.network.name} {asked.size} {asked.patch}"
    return cache.made(lambda: cost(asked.network, asked.view, asked.patch), key)
