"""How concentrated a map is, and where its maximum lies: the numbers behind the words on the page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.floating]


def half_area(values: Map) -> float:
    """Smallest share of the cells that holds half of the positive part of a map ``(h, w)``; 1 if there is none."""
    positive = np.sort(np.maximum(values.ravel(), 0))[::-1].astype(np.float64)
    if positive.sum() <= 0:
        return 1.0
    return float((np.searchsorted(np.cumsum(positive), positive.sum() / 2) + 1) / positive.size)


def against(values: Map) -> float:
    """Share of the cells that speak against the class."""
    return float((values < 0).mean())


def peak(values: Map) -> tuple[str, str]:
    """Where the maximum lies, in thirds: ``("top", "left")`` … ``("bottom", "right")``."""
    rows, columns = values.shape
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    down = ("top", "middle", "bottom")[min(2, int(3 * (row + 0.5) / rows))]
    across = ("left", "centre", "right")[min(2, int(3 * (column + 0.5) / columns))]
    return down, across
