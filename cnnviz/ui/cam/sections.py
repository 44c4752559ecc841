"""What stands below the main map: one of several views, chosen by a switch; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import Explanation, Guess
from cnnviz.ui import state
from cnnviz.ui.cam import contrasting, dissecting, multiples
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

View = Callable[["Network", Chosen, Explanation, tuple[Guess, ...]], None]


def _trust(network: Network, chosen: Chosen, shown: Explanation, _best: tuple[Guess, ...]) -> None:
    from cnnviz.ui import trusting

    trusting.panel(network, chosen, shown)


def _attributions(network: Network, chosen: Chosen, shown: Explanation, _best: tuple[Guess, ...]) -> None:
    from cnnviz.ui import trusting

    trusting.attributions(network, chosen, shown)


VIEWS: dict[str, tuple[str, View]] = {
    "methods": ("Methods side by side", multiples.methods),
    "layers": ("Layer by layer", multiples.layers),
    "classes": ("Two classes", contrasting.classes),
    "anatomy": ("Anatomy", dissecting.anatomy),
    "trust": ("Can you trust it?", _trust),
    "others": ("Other attributions", _attributions),
}


def section(network: Network, chosen: Chosen, shown: Explanation, best: tuple[Guess, ...]) -> None:
    """Draw the switch and the view that is chosen; the link carries which."""
    state.linked("under", "methods", VIEWS)
    wanted = st.segmented_control(
        "Look closer",
        list(VIEWS),
        format_func=lambda name: VIEWS[name][0],
        key="under",
        required=True,
        label_visibility="collapsed",
    )
    with st.container(key="cam-under", gap="small"):
        VIEWS[str(wanted)][1](network, chosen, shown, best)
