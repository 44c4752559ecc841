"""Numbers that are chosen from a ladder, such as 0.01, 0.02, 0.05; a link may name any number between its ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.ui import state


def ladder(label: str, rungs: Sequence[float], *, key: str, default: float, help: str, menu: str = "") -> float:
    """A slider over ``rungs``, or a menu that calls the number 0 ``menu``; the link carries the number.

    Returns the chosen one.
    """
    text = state.linked(key, written(default), lambda text: _known(text, rungs[0], rungs[-1]))
    value = float(text)
    options, shown = sorted({*map(float, rungs), value}), f"{key}-shown"
    state.put(shown, value)
    shared: dict[str, Any] = {"key": shown, "help": help, "on_change": _keep, "args": (key,)}
    if menu:
        st.selectbox(label, options, format_func=lambda value: spoken(value) if value else menu, **shared)
    else:
        st.select_slider(label, options, format_func=spoken, **shared)
    return value


def written(value: float) -> str:
    """A number as the link carries it."""
    return f"{value:.9g}"


def spoken(value: float) -> str:
    """``0.05``, ``1,000``, ``1e8``."""
    if value and (abs(value) < 1e-4 or abs(value) >= 1e6):
        return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return f"{value:,.6g}"


def _keep(key: str) -> None:
    state.put(key, written(float(state.get(f"{key}-shown"))))


def _known(text: str, low: float, high: float) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and low <= value <= high and len(text) < 20
