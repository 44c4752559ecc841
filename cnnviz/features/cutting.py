"""Patches as pictures: cut from what the network saw, all of one size, the nine of a unit side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.data.images import fit_shorter_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.features.pictures import Source
    from cnnviz.features.searching import Found

SIDE = 64  # pixels of a patch as shown
BLANK = 127  # where there is no patch
AT_ONCE = 16  # pictures read in one go

Box = tuple[int, int, int, int]


def window(box: Box, *, view: tuple[int, int]) -> Box:
    """The box as it is cut: moved into the picture, and no larger than it, so that no padding is shown.

    It holds all pixels of the picture that the unit sees.
    """
    height, width = min(box[2], view[0]), min(box[3], view[1])
    top = min(max(box[0], 0), view[0] - height)
    left = min(max(box[1], 0), view[1] - width)
    return top, left, height, width


def cut(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The box of a view as uint8 ``(64, 64, 3)``: few pixels as squares, many averaged."""
    top, left, height, width = window(box, view=(picture.shape[0], picture.shape[1]))
    part = picture[top : top + height, left : left + width]
    if min(height, width) < SIDE:
        times = -(-SIDE // min(height, width))
        part = part.repeat(times, 0).repeat(times, 1)
    scaled = fit_shorter_side(np.ascontiguousarray(part), SIDE)
    down, across = (scaled.shape[0] - SIDE) // 2, (scaled.shape[1] - SIDE) // 2
    return scaled[down : down + SIDE, across : across + SIDE]


def strip(source: Source, found: Found, unit: int) -> NDArray[np.uint8]:
    """The best patches of one unit so far, the best on the left: uint8 ``(64, 9 · 64, 3)``."""
    numbers = found.numbers[unit]
    sheet = np.full((len(numbers), SIDE, SIDE, 3), BLANK, np.uint8)
    there = np.flatnonzero(numbers >= 0)
    if len(there):
        for place, picture in zip(there, source.views(numbers[there]), strict=True):
            sheet[place] = cut(picture, found.box(unit, int(place)))
    return _side_by_side(sheet)


def strips(source: Source, found: Found) -> Iterator[tuple[float, NDArray[np.uint8] | None]]:
    """The patches of all units, uint8 ``(C, 64, 9 · 64, 3)``: yields the share that is done, at last with the pictures.

    Each picture is read once, whichever units chose it. Takes 12 kB per patch: 60 MB for 512 units.
    """
    units, kept = found.numbers.shape
    sheets = np.full((units, kept, SIDE, SIDE, 3), BLANK, np.uint8)
    wanted = np.unique(found.numbers[found.numbers >= 0])
    for start in range(0, len(wanted), AT_ONCE):
        numbers = wanted[start : start + AT_ONCE]
        for number, picture in zip(numbers, source.views(numbers), strict=True):
            for unit, place in np.argwhere(found.numbers == number):
                sheets[unit, place] = cut(picture, found.box(int(unit), int(place)))
        yield start / len(wanted), None
    yield 1.0, np.stack([_side_by_side(sheet) for sheet in sheets])


def _side_by_side(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(patches.transpose(1, 0, 2, 3).reshape(SIDE, -1, 3))
