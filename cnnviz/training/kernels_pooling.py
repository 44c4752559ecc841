"""Loops over the pixels ``(N, H, W, C)`` of a map, compiled as those of :mod:`cnnviz.training.kernels`: max pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cnnviz.training.kernels import Bits, compiled, part

NOWHERE = 4
"""Where the greatest of four is, if none is above zero."""


@part
def _ordered(bits: Any) -> Any:
    """An int16 that is greater for greater bfloat16, and the same for both zeros."""
    value = np.int16(bits)
    return value if value >= 0 else np.int16(-np.int16(value & np.int16(0x7FFF)))


@part
def _number(ordered: Any) -> Any:
    """The bfloat16 that :func:`_ordered` gave this for."""
    return np.uint16(ordered) if ordered >= 0 else np.uint16(np.uint16(-ordered) | np.uint16(0x8000))


@part
def _comparable(bits: Any, rectified: Any) -> Any:
    """As :func:`_ordered`, and greatest for NaN. ``rectified``: what is below zero need only stay there."""
    value = np.int16(bits) if rectified else _ordered(bits)
    return np.int16(0x7FFF) if bits > np.uint16(0xFF80) else value


@compiled
def pooled(rectified: bool, x: Bits, y: Bits, place: NDArray[np.uint8]) -> None:
    """The greatest ``y`` of each four in ``x`` ``(N, H, W, C)`` and ``place``, which of them it is.

    An odd last line or column belongs to no four. ``rectified``: zero where none of the four is above it.
    """
    count, height, width, channels = y.shape
    for image in prange(count):
        for row in range(height):
            for column in range(width):
                one, two = x[image, 2 * row, 2 * column], x[image, 2 * row, 2 * column + 1]
                three, four = x[image, 2 * row + 1, 2 * column], x[image, 2 * row + 1, 2 * column + 1]
                for k in range(channels):
                    most, where = np.int16(0) if rectified else np.int16(-0x8000), np.uint8(NOWHERE)
                    value = _comparable(one[k], rectified)
                    if value > most:
                        most, where = value, np.uint8(0)
                    value = _comparable(two[k], rectified)
                    if value > most:
                        most, where = value, np.uint8(1)
                    value = _comparable(three[k], rectified)
                    if value > most:
                        most, where = value, np.uint8(2)
                    value = _comparable(four[k], rectified)
                    if value > most:
                        most, where = value, np.uint8(3)
                    y[image, row, column, k] = np.uint16(most) if rectified else _number(most)
                    place[image, row, column, k] = where


@compiled
def spread(slope: Bits, place: NDArray[np.uint8], found: Bits) -> None:
    """Bring ``slope`` ``(N, h, w, C)`` back to where the greatest were in ``found`` ``(N, H, W, C)``; else zero."""
    count, height, width, channels = slope.shape
    for image in prange(count):
        for row in range(height):
            for below in range(2):
                for column in range(width):
                    for right in range(2):
                        here = np.uint8(2 * below + right)
                        values, where = slope[image, row, column], place[image, row, column]
                        back = found[image, 2 * row + below, 2 * column + right]
                        for k in range(channels):
                            back[k] = values[k] if where[k] == here else np.uint16(0)
        found[image, 2 * height :] = 0
        found[image, :, 2 * width :] = 0
