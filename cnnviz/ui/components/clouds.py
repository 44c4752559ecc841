"""Clouds of points side by side: the same points after each preprocessing, equally scaled axes, a box to stay in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_mount = component(
    "clouds",
    html='<div class="clouds"></div>',
    css=style("clouds"),
    js=script("packing", "axes", "clouds"),
)


@dataclass(frozen=True)
class Cloud:
    """One panel: its title, points ``(N, 2)``, the range of both axes, the box (low, high), and what it says below.

    Points outside the box are vermilion. A point of its own, such as an outlier, is the one at ``ringed``.
    """

    title: str
    points: NDArray[np.float64]
    limits: tuple[float, float]
    colour: str
    box: tuple[float, float] | None = None
    words: str = ""
    ringed: int = -1


def clouds(panels: Sequence[Cloud], *, label: str, key: str) -> None:
    """Draw the panels in a row, two by two on a phone. 8 bytes travel per point."""
    data = {
        "label": label,
        "panels": [
            {
                "title": panel.title,
                "points": packed(panel.points, "<f4"),
                "limits": list(panel.limits),
                "colour": panel.colour,
                "box": list(panel.box) if panel.box else None,
                "words": panel.words,
                "ringed": panel.ringed,
            }
            for panel in panels
        ],
    }
    _mount(key=key, data=data)
