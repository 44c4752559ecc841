"""The best patches of a unit, drawn: ``show(found, key=…)`` for what ``cnnviz.features.best`` gives, on any page.

``strip_of(jpeg, scores, key=…)`` draws the same from the bytes of a strip of nine.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic

if TYPE_CHECKING:
    from cnnviz.features import Best

PATCHES = 9


def show(found: Best, *, key: str) -> None:
    """The patches of one unit, the best first, each with the unit's answer to it."""
    scores = [score for score, number in zip(found.scores, found.numbers, strict=True) if number >= 0]
    strip_of(base64.b64encode(found.jpeg).decode("ascii"), scores, key=key, unit=found.unit)


def strip_of(jpeg: str, scores: Sequence[float], *, key: str, unit: int, columns: int = PATCHES) -> None:
    """Nine patches from base64 of a JPEG that has them side by side."""
    sheet = Sheet(f"data:image/jpeg;base64,{jpeg}", 1, PATCHES, 1.0)
    tiles = [Tile(f"{score:.3g}".replace("-", "\N{MINUS SIGN}")) for score in scores]
    label = f"The {len(tiles)} patches that unit {unit} answers most to, the strongest first."
    mosaic(sheet, tiles, label=label, key=key, columns=columns, narrow=3)
