"""A small map laid over a photograph. Whatever the map holds, the pixels that come out are valid."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import table

Pixels = NDArray[np.uint8]
Map = NDArray[np.floating]


class Box(Protocol):
    """A rectangle in the pixels of a photograph: the part that the network saw."""

    @property
    def top(self) -> float:
        """Rows above it."""

    @property
    def left(self) -> float:
        """Columns to its left."""

    @property
    def height(self) -> float:
        """Its rows."""

    @property
    def width(self) -> float:
        """Its columns."""


def overlay(
    photo: Pixels,
    values: Map,
    *,
    box: Box | None = None,
    colours: str = "inferno",
    opacity: float = 0.55,
    signed: bool = False,
) -> Pixels:
    """The photograph ``(H, W, 3)`` with the map ``(h, w)`` laid over it, uint8 ``(H, W, 3)``: see :func:`heat`.

    Outside ``box`` the photograph is left as it is.
    """
    _check_photo(photo)
    layer = heat(values, photo.shape[:2], box=box, colours=colours, signed=signed)
    share = np.clip(np.nan_to_num(opacity), 0, 1) / 255 * layer[..., 3:].astype(np.float32)
    blended: Pixels = np.rint(photo + share * (layer[..., :3].astype(np.float32) - photo)).astype(np.uint8)
    return blended


def heat(
    values: Map, size: tuple[int, int], *, box: Box | None = None, colours: str = "inferno", signed: bool = False
) -> NDArray[np.uint8]:
    """The map ``(h, w)`` as a transparent picture of ``size`` ``(H, W)``: uint8 ``(H, W, 4)``.

    Positive part only, from 0 to its maximum in ``colours``; or, if ``signed``, from red (for) to blue (against), the
    more transparent the closer to 0, with the same range both ways. Interpolated linearly between the centres of the
    cells, which divide ``box`` (by default all of the picture) evenly. Outside the box it is transparent.
    """
    small = scaled(values, signed=signed)
    height, width = size
    whole = (0.0, 0.0, float(height), float(width))
    top, left, tall, wide = whole if box is None else (box.top, box.left, box.height, box.width)
    rows, columns = _span(top, tall, height), _span(left, wide, width)
    down = _between_cells(rows, start=top, length=tall, cells=small.shape[0])
    across = _between_cells(columns, start=left, length=wide, cells=small.shape[1])
    large = down @ small @ across.T
    picture = np.zeros((height, width, 4), np.uint8)
    inside = picture[rows.start : rows.stop, columns.start : columns.stop]
    if signed:
        inside[..., :3] = table("RdBu_r")[np.rint(127.5 + 127.5 * large).astype(np.uint8)]
        # bent upwards: where the colour is pale already, fading in proportion would hide half of the range
        inside[..., 3] = np.rint(255 * (1 - (1 - np.abs(large).clip(0, 1)) ** 2)).astype(np.uint8)
    else:
        inside[..., :3] = table(colours)[np.rint(255 * large).astype(np.uint8)]
        inside[..., 3] = 255
    return picture


def limits(values: Map, *, signed: bool = False) -> tuple[float, float]:
    """The range that the colours stand for: ``(0, maximum)``, or ``(-m, m)`` with ``m`` the largest magnitude."""
    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    if signed:
        high = float(np.abs(finite).max(initial=0.0))
        return (-high if high else 0.0), high
    return 0.0, float(finite.max(initial=0.0))


def colour_bar_text(values: Map, *, signed: bool = False) -> tuple[str, str, str]:
    """What to write at the low end, the middle and the high end of the colour bar, to three digits."""
    low, high = limits(values, signed=signed)
    form = "+.3g" if signed else ".3g"
    ends = [format(end, form) if end else "0" for end in (low, low / 2 + high / 2, high)]
    return ends[0], ends[1], ends[2]


def scaled(values: Map, *, signed: bool = False) -> NDArray[np.float32]:
    """The map divided by its :func:`limits`, in 0…1 or -1…1; NaN becomes 0, infinity the end of the range."""
    small = np.asarray(values, np.float64)
    if small.ndim != 2 or 0 in small.shape:
        raise ValueError(f"a map has the shape (h, w), at least (1, 1); this one has {small.shape}")
    _, high = limits(small, signed=signed)
    with np.errstate(over="ignore"):  # beyond the range is clipped
        shares = np.nan_to_num(small, nan=0.0, posinf=np.inf, neginf=-np.inf) / (high or 1.0)
    return np.asarray(np.clip(shares, -1.0 if signed else 0.0, 1.0), np.float32)


def _span(start: float, length: float, limit: int) -> range:
    """The pixels of a side of ``limit`` pixels whose centres lie in ``start`` … ``start + length``."""
    return range(max(0, round(start)), min(limit, round(start + length)))


def _between_cells(pixels: range, *, start: float, length: float, cells: int) -> NDArray[np.float32]:
    """Weights ``(pixels, cells)`` by which each pixel mixes the two cells nearest to its centre; rows add up to 1."""
    centres = (np.asarray(pixels) + 0.5 - start) / length * cells - 0.5
    centres = np.clip(centres, 0, cells - 1)
    distance = np.abs(centres[:, None] - np.arange(cells))
    return np.asarray(np.clip(1 - distance, 0, 1), np.float32)


def _check_photo(photo: Pixels) -> None:
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        raise ValueError(f"a photograph is uint8 (H, W, 3); this one is {photo.dtype} {photo.shape}")
