"""How every page looks: spacing that puts the figure above the fold, and the projector sizes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def apply_theme() -> None:
    """Insert the style sheet that all pages share."""
    st.html(_HERE / "page.css")


def projector() -> None:
    """The switch for larger type, to be read from the last row of a lecture hall."""
    if st.toggle("Projector", key="big", bind="query-params", help="Larger type, to be read from the last row."):
        st.html(_HERE / "projector.css")
