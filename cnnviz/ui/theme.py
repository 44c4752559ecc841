"""How every page looks: spacing that puts the figure above the fold, and the projector sizes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnviz.ui import state

_HERE = Path(__file__).parent


def apply_theme() -> None:
    """Insert the style sheet that all pages share; the projector's on top of it when it is switched on."""
    st.html(_HERE / "page.css")
    if state.get("big"):
        st.html(_HERE / "projector.css")
