"""Where the patches are, as the link carries them: ``40.72`` (top, left), ``40.72.32.32_…`` for those that stay."""

from __future__ import annotations

import re

from cnnviz.ui import state

Corner = tuple[int, int]
Box = tuple[int, int, int, int]
"""Top, left, height, width, in pixels of the view."""

AT, KEPT = "at", "kept"
MIDDLE, NONE = "middle", "none"
MOST = 6  # patches that stay: more would hide the photo, and make the link long


def corner(size: tuple[int, int], patch: tuple[int, int]) -> Corner:
    """Where the link puts the patch on a view of ``size``, inside it; the middle if it says nothing."""
    written = state.linked(AT, MIDDLE, lambda text: text == MIDDLE or _numbers(text, 2) is not None)
    found = _numbers(written, 2)
    if found is None:
        return (size[0] - patch[0]) // 2, (size[1] - patch[1]) // 2
    return inside((found[0], found[1]), size, patch)


def inside(at: Corner, size: tuple[int, int], patch: tuple[int, int]) -> Corner:
    """``at``, moved wholly into the view where nothing of the patch would be seen.

    Like the last windows of the maps, a patch may stick out at the bottom and at the right.
    """
    top, left = (max(0, each if each < side else side - part) for each, side, part in zip(at, size, patch, strict=True))
    return top, left


def box(at: Corner, size: tuple[int, int], patch: tuple[int, int]) -> Box:
    """What a patch at ``at`` covers of a view of ``size``."""
    return clipped((*at, *patch), size)


def kept(size: tuple[int, int]) -> tuple[Box, ...]:
    """The patches that stay, clipped to a view of ``size``; those that lie outside are left out."""
    written = state.linked(KEPT, NONE, lambda text: text == NONE or _boxes(text) is not None)
    found = [clipped(each, size) for each in _boxes(written) or ()]
    return tuple(each for each in found if each[2] > 0 and each[3] > 0)


def put(at: Corner) -> None:
    """Write the patch's place into the link; in a callback, or before :func:`corner`."""
    state.put(AT, f"{at[0]}.{at[1]}")


def keep(boxes: tuple[Box, ...]) -> None:
    """Write the patches that stay into the link; in a callback, or before :func:`kept`."""
    state.put(KEPT, "_".join(".".join(map(str, box)) for box in boxes[:MOST]) or NONE)


def _numbers(text: str, count: int) -> tuple[int, ...] | None:
    """``count`` whole numbers of at most four digits, or nothing."""
    parts = text.split(".")
    if len(parts) != count or not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        return None
    return tuple(map(int, parts))


def _boxes(text: str) -> tuple[Box, ...] | None:
    found = [_numbers(part, 4) for part in text.split("_")]
    if len(found) > MOST or any(box is None for box in found):
        return None
    return tuple(found)  # type: ignore[arg-type]


def clipped(box: Box, size: tuple[int, int]) -> Box:
    """The part of ``box`` that lies in a view of ``size``."""
    top, left, height, width = box
    return top, left, min(height, size[0] - top), min(width, size[1] - left)
