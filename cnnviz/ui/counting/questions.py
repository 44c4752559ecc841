"""Below the ledger, one question at a time: two networks, large or small kernels, a 1×1 first, Keras' table, forms."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.ui import state
from cnnviz.ui.counting.contrast import forms, two_networks
from cnnviz.ui.counting.kernels import large_or_small, reduction
from cnnviz.ui.counting.zoo import zoo

QUESTIONS: dict[str, tuple[str, Callable[[], None]]] = {
    "two": ("Two networks side by side", two_networks),
    "kernels": ("One large kernel or several small?", large_or_small),
    "reduction": ("Why a 1×1 first?", reduction),
    "keras": ("Which ready network? (deck D2's table)", zoo),
    "forms": ("One name, several networks", forms),
}


def questions() -> None:
    """Draw the choice and the answer to one of the questions; the link carries which."""
    st.divider()
    state.linked("ask", "two", QUESTIONS)
    asked = st.segmented_control(
        "More to ask",
        list(QUESTIONS),
        format_func=lambda name: QUESTIONS[name][0],
        key="ask",
        required=True,
    )
    QUESTIONS[str(asked)][1]()
