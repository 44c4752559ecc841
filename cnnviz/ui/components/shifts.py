"""A picture that moves, what becomes of its pooled copies, and the measured curves: moved in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic.shifts import Moved
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="shifts"></div>'
_mount = component("shifts", html=_HTML, css=style("shifts"), js=script("packing", "shifts"))
NUMBERED = 64  # cells of a plane that still carry their number


@dataclass(frozen=True)
class View:
    """What the browser shows: how far the input is moved, the way that is drawn, and which distance the curves are."""

    by: int = 1
    way: str = "max"
    measure: str = "distance"


def shifts(
    plane: NDArray[Any], curves: Sequence[tuple[str, Moved]], *, view: View, key: str, on_view: Callable[[], None]
) -> None:
    """Draw ``plane`` ``(H, W)`` moving, and one curve per (title, measurement).

    Planes travel as one byte per cell, for every shift, so that moving costs no trip to the server; small ones with
    their numbers. ``on_view`` is called with the settled view.
    """
    data = {
        "input": _levels(plane[None]),
        "curves": [_curve(title, moved) for title, moved in curves],
        "shifts": list(curves[0][1].shifts),
        "view": {"by": view.by, "way": view.way, "measure": view.measure},
        "generation": state.generation(),
    }
    _mount(key=key, data=data, default={"view": data["view"]}, on_view_change=on_view)


def _curve(title: str, moved: Moved) -> dict[str, Any]:
    lines = {name: [round(value, 6) for value in getattr(moved, name)] for name in ("distance", "undone", "changed")}
    return {"way": moved.way, "title": title, "planes": _levels(moved.outputs[:, 0]), **lines}


def _levels(planes: NDArray[Any]) -> dict[str, Any]:
    """``(N, H, W)`` as bytes between its extremes, and as numbers if there are few."""
    low, high = float(planes.min()), float(planes.max())
    bytes_ = np.rint(255 * (planes - low) / ((high - low) or 1.0)).astype(np.uint8)
    few = planes[0].size <= NUMBERED
    return {
        "shape": list(planes.shape),
        "levels": packed(bytes_, "u1"),
        "numbers": [float(f"{value:.3g}") for value in planes.flat] if few else None,
    }
