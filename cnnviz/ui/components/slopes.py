"""A function above its derivative over the same axis, with a point to move along both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

Array = NDArray[np.float64]
_HTML = """<div class="root"><svg role="img"></svg>
<form><label><span></span><input type="range" name="at"></label></form>
<output aria-live="polite"></output></div>"""
_mount = component("slopes", html=_HTML, css=style("slopes"), js=script("packing", "settling", "axes", "slopes"))


@dataclass(frozen=True)
class Slopes:
    """A function and its derivative at the same evenly spaced ``z``, all ``(N,)``; how its inputs are spread.

    Where the derivative is smaller than ``flat`` in size is shaded. ``density`` is that of the inputs, highest 1.
    """

    name: str
    z: Array
    value: Array
    slope: Array
    flat: float
    density: Array


def slopes(drawn: Slopes, *, at: float, label: str, key: str, on_at: Callable[[], None]) -> None:
    """Draw both, the point at ``at``; ``on_at`` is called once it has been moved (see :func:`moved_to`)."""
    data = {
        "name": drawn.name,
        **{name: packed(getattr(drawn, name), "<f8") for name in ("z", "value", "slope", "density")},
        "flat": drawn.flat,
        "at": at,
        "label": label,
        "generation": state.generation(),
    }
    _mount(key=key, data=data, default={"at": at}, on_at_change=on_at)


def moved_to(key: str) -> float | None:
    """Where the point was moved to; for the callback."""
    told = getattr(state.get(key), "at", None)
    return float(told) if isinstance(told, int | float) and math.isfinite(told) else None
