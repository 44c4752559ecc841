"""What a network of two inputs says in the plane while it learns: all moments sent once, played in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="boundary"></div>'
_mount = component(
    "boundary",
    html=_HTML,
    css=style("boundary"),
    js=script("packing", "boundary_paint", "boundary"),
)
Points = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True)
class Plane:
    """One run: a surface per moment, the points, and what is told below.

    ``surfaces`` are base64 of ``grid``² bytes each, top row first, 255 = surely class 1, over ±``extent``. ``training``
    points are drawn full, ``validation`` points hollow. ``told`` is a line of text per moment.
    """

    title: str
    surfaces: Sequence[str]
    told: Sequence[str]
    training: Points
    validation: Points
    grid: int
    extent: float


def boundary(planes: Sequence[Plane], *, label: str, key: str) -> None:
    """Draw the planes side by side, moved through time by one slider; 2 kB per moment and plane."""
    data = {
        "planes": [
            {
                "title": plane.title,
                "surfaces": list(plane.surfaces),
                "told": list(plane.told),
                "training": _points(plane.training, plane.extent),
                "validation": _points(plane.validation, plane.extent),
                "grid": plane.grid,
            }
            for plane in planes
        ],
        "label": label,
    }
    _mount(key=key, data=data)


def _points(points: Points, extent: float) -> dict[str, str]:
    """Places as shares of the picture's sides from its top left corner."""
    xy, labels = points
    places = np.stack([xy[:, 0] + extent, extent - xy[:, 1]], axis=1) / (2 * extent)
    return {"xy": packed(places, "<f4"), "labels": packed(labels, "u1")}
