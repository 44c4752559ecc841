"""The strip below a lecture's figure: the formula with current numbers, what to notice, and what to take home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

TITLES = ("The formula with these numbers", "What to notice", "Take it with you")


def columns(titles: Sequence[str] = TITLES) -> list[DeltaGenerator]:
    """Three titled columns: use each as ``with``."""
    parts = st.columns([6, 4, 3], gap="medium")
    for part, title in zip(parts, titles, strict=True):
        part.markdown(f"**{title}**")
    return parts


def show_code(code: str) -> None:
    """The lines that reproduce what is on screen, runnable as they stand."""
    with st.popover("Show the code"):
        st.code(code, language="python", wrap_lines=True)  # a pane that scrolls is out of reach of the keyboard


def download(label: str, make: Callable[[], bytes], *, name: str, mime: str) -> None:
    """A button whose file is made when it is clicked, without a rerun."""
    st.download_button(label, make, file_name=name, mime=mime, on_click="ignore")
