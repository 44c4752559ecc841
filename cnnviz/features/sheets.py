"""Hundreds of small pictures as one: bytes with the range they stand for, and tiles on a sheet. Numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT = 400_000  # cells of all maps of a layer together: half a megabyte as text, and finer than a tile on a screen
GAP = 2  # pixels between tiles of a sheet
SCALES = ("unit", "layer", "network")
"""What one colour means the same in: one map, all maps of the layer, all layers (CNN Explainer's three)."""


def shrunk(values: NDArray[np.float32], limit: int = LIMIT) -> NDArray[np.float32]:
    """Maps ``(C, h, w)`` with at most ``limit`` cells in all: means of k×k cells, edges repeated to fit."""
    k = 1
    while len(values) * -(-values.shape[1] // k) * -(-values.shape[2] // k) > max(limit, len(values)):
        k += 1
    if k == 1:
        return values
    down, across = (-size % k for size in values.shape[1:])
    padded = np.pad(values, [(0, 0), (0, down), (0, across)], mode="edge")
    count, height, width = padded.shape
    means: NDArray[np.float32] = padded.reshape(count, height // k, k, width // k, k).mean((2, 4), dtype=np.float32)
    return means


def quantized(values: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Each map as bytes from its own smallest (0) to its largest (255) value, and those: ``(C, h, w)``, ``(C,)`` twice.

    What is lost is at most 1/510 of a map's range.
    """
    low, high = values.min((1, 2)), values.max((1, 2))
    wide = np.maximum(high.astype(np.float64) - low, 1e-30)[:, None, None]
    return np.rint(255 * ((values - low[:, None, None]) / wide)).astype(np.uint8), low, high


def limits(
    values: NDArray[np.float32], scale: str = "unit", *, span: tuple[float, float] | None = None
) -> NDArray[np.float64]:
    """Lower and upper end of the colours of each map, ``(C, 2)``; around 0 if any value of the layer is negative.

    ``span`` is the range of all layers, needed for the scale ``"network"``.
    """
    if scale == "unit":
        low, high = values.min((1, 2)).astype(np.float64), values.max((1, 2)).astype(np.float64)
    else:
        ends = span if scale == "network" and span is not None else (float(values.min()), float(values.max()))
        low, high = (np.full(len(values), end) for end in ends)
    signed = float(values.min()) < 0
    most = np.maximum(np.maximum(np.abs(low), np.abs(high)) if signed else high, 1e-12)
    return np.stack([-most if signed else np.zeros_like(most), most], 1)


def levels(values: NDArray[np.float32], ends: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Maps as rows of a colour table, uint8 ``(C, h, w)``: 0 at the lower end of :func:`limits`, 255 at the upper."""
    low, high = ends[:, 0, None, None], ends[:, 1, None, None]
    return np.rint(255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.uint8)


def laid_out(tiles: NDArray[np.uint8], *, columns: int = 0, enlarge: int = 0, ground: int = 255) -> NDArray[np.uint8]:
    """Tiles ``(n, h, w, 3)`` on one sheet ``(H, W, 3)``, row by row, about as wide as high unless ``columns`` is given.

    Every pixel becomes ``enlarge`` × ``enlarge``; by default as many as make a tile at least 48 pixels wide.
    """
    count, height, width = tiles.shape[:3]
    times = enlarge or max(1, -(-48 // width))
    big = tiles.repeat(times, 1).repeat(times, 2)
    across = columns or max(1, round((count * height / width) ** 0.5))
    rows = -(-count // across)
    down, side = height * times + GAP, width * times + GAP
    sheet = np.full((rows * down + GAP, across * side + GAP, 3), ground, np.uint8)
    for k, tile in enumerate(big):
        top, left = GAP + (k // across) * down, GAP + (k % across) * side
        sheet[top : top + height * times, left : left + width * times] = tile
    return sheet
