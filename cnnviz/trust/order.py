"""In which order pixels go: by a map as the page shows it, by chance, or from the centre outwards."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
Steps = NDArray[np.uint8]
CELLS = 10
"""Maps finer than this many cells along the shorter side are averaged over cells before they order pixels."""


def shown(values: Map, size: tuple[int, int]) -> Map:
    """A map ``(h, w)`` in the resolution ``size`` (height, width) of the view: linear between the centres of cells."""
    finite = np.nan_to_num(values).astype(np.float32)
    return np.asarray(cv2.resize(finite, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def coarse(values: Map, cells: int = CELLS) -> Map:
    """Means of a map over about square cells, ``cells`` along its shorter side; one no finer, or any if 0, as it is."""
    rows, columns = values.shape
    side = min(rows, columns)
    if not cells or side <= cells:
        return values
    size = (round(cells * columns / side), round(cells * rows / side))
    finite = np.nan_to_num(values).astype(np.float32)
    return np.asarray(cv2.resize(finite, size, interpolation=cv2.INTER_AREA), np.float32)


def steps(values: Map, size: tuple[int, int], count: int) -> Steps:
    """In which of ``count`` steps, 1 … count, each pixel of the view goes: the highest value first, ``(H, W)``.

    The steps are equally large to one pixel. Where values are equal, the upper left goes first.
    """
    ranked = np.argsort(-shown(values, size).ravel(), kind="stable")
    found = np.empty(ranked.size, np.uint8)
    found[ranked] = 1 + np.arange(ranked.size, dtype=np.int64) * count // ranked.size
    return found.reshape(size)


def chance(shape: tuple[int, int], seed: int) -> Map:
    """A map of independent normal numbers of that shape: as coarse as what it is compared with."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def centre(shape: tuple[int, int]) -> Map:
    """A Gaussian in the middle, its deviation a quarter of each side: photographers put things there."""
    rows, columns = ((np.arange(n) + 0.5) / n - 0.5 for n in shape)
    hill: Map = np.exp(-8 * (rows[:, None] ** 2 + columns[None, :] ** 2)).astype(np.float32)
    return hill
