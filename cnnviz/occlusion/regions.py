"""Which places of each map a covered window can reach: arithmetic of intervals, along one side at a time.

A window changes the places ``low`` … ``high - 1`` of a map. All windows are given regions of one size, the largest that
any needs, moved inwards where they would leave the map: computing a place anew that did not change does no harm, and
regions of one size make a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Side:
    """Along one side of a map of ``length``: what each window changes, and the region computed anew for it."""

    low: Numbers
    high: Numbers
    start: Numbers
    size: int
    length: int

    @classmethod
    def around(cls, low: Numbers, high: Numbers, length: int) -> Side:
        """Regions of one size around what changes."""
        low = np.clip(low, 0, length - 1)
        high = np.clip(np.maximum(high, low + 1), 1, length)
        size = int((high - low).max())
        return cls(low, high, np.minimum(low, length - size), size, length)

    def whole(self) -> Side:
        """The same changes, everything computed anew."""
        return Side(self.low, self.high, np.zeros_like(self.low), self.length, self.length)

    def slid(self, *, reach: int, stride: int, padding: int, length: int) -> Side:
        """What changes in the answer, of ``length``, of an operation that looks at ``reach`` places."""
        low = -((reach - 1 - padding - self.low) // stride)
        high = (self.high - 1 + padding) // stride + 1
        return Side.around(low, high, length)


def joined(sides: Sequence[Side]) -> Side:
    """What changes where several maps of one size meet."""
    low = np.minimum.reduce([side.low for side in sides])
    return Side.around(low, np.maximum.reduce([side.high for side in sides]), sides[0].length)


@dataclass(frozen=True, eq=False)
class Region:
    """Rows and columns computed anew; ``full`` where that is the whole map."""

    rows: Side
    columns: Side

    @property
    def full(self) -> bool:
        """Whether the region is the whole map."""
        return self.rows.size == self.rows.length and self.columns.size == self.columns.length

    @property
    def share(self) -> float:
        """The region's part of the map's places."""
        return self.rows.size * self.columns.size / (self.rows.length * self.columns.length)

    def settled(self, most: float) -> Region:
        """The region itself, or the whole map if the region has more than the share ``most`` of it."""
        return self if self.share <= most else Region(self.rows.whole(), self.columns.whole())

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Where the region of a window begins."""
        return int(self.rows.start[row]), int(self.columns.start[column])


def divisors(length: int, *, answers: int, kernel: int, stride: int, padding: int, counted: bool) -> Numbers:
    """How many places each answer of an average pooling divides by, along one side.

    With ``counted`` padding counts, but not what ceil mode adds behind it.
    """
    start = np.arange(answers) * stride - padding
    end = np.minimum(start + kernel, length + padding)
    return end - start if counted else np.minimum(end, length) - np.maximum(start, 0)
