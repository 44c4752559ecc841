"""What an occlusion found so far, and what can be read from it. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]
Box = tuple[int, int, int, int]
"""Top, left, height, width, in pixels of the view."""


@dataclass(frozen=True, eq=False)
class Occlusion:
    """One answer per window, ``(rows, columns)``; NaN, or -1 in ``predicted``, where it is not known yet.

    ``probability`` and ``logit`` are those of the class ``target`` with the window covered, ``predicted`` is the class
    that then comes first, and ``clean`` ``(classes,)`` are the probabilities of the picture as it is, with ``score``
    the target's logit. ``tops`` ``(rows,)`` and ``lefts`` ``(columns,)`` say where windows begin in the view of
    ``size`` ``(h, w)``; all have the size ``patch``, the last may stick out. ``seconds`` were spent computing.
    ``exact`` tells that the numbers are those of whole forward passes in float32, to rounding; in bfloat16 it is false
    and ``agreement`` is the correlation with float32 over the windows that were computed both ways.
    """

    progress: float
    done: int
    rows: int
    columns: int
    probability: Maps = field(repr=False)
    logit: Maps = field(repr=False)
    predicted: NDArray[np.int64] = field(repr=False)
    clean: Maps = field(repr=False)
    score: float
    target: int
    tops: NDArray[np.int64] = field(repr=False)
    lefts: NDArray[np.int64] = field(repr=False)
    patch: tuple[int, int]
    size: tuple[int, int]
    seconds: float
    exact: bool = True
    agreement: float | None = None

    @property
    def windows(self) -> int:
        """How many there are in all."""
        return self.rows * self.columns

    @property
    def drop(self) -> Maps:
        """How much less probable the target is with the window covered: positive where the window speaks for it."""
        return np.asarray(self.clean[self.target] - self.probability, np.float32)

    @property
    def changed(self) -> int:
        """How many of the windows known so far make another class come first."""
        return int(((self.predicted >= 0) & (self.predicted != int(self.clean.argmax()))).sum())

    def box(self, row: int, column: int) -> Box:
        """The part of the view that a window covers: top, left, height, width."""
        top, left = int(self.tops[row]), int(self.lefts[column])
        return top, left, min(self.patch[0], self.size[0] - top), min(self.patch[1], self.size[1] - left)


@dataclass(frozen=True)
class Extreme:
    """One window: its place in the grid, the part of the view it covers, and the target's probability then."""

    row: int
    column: int
    box: Box
    probability: float
    drop: float
    predicted: int


def highest(occlusion: Occlusion) -> Extreme | None:
    """The window whose covering RAISES the target's probability most, or lowers it least; None before the first."""
    return _extreme(occlusion, -1.0)


def lowest(occlusion: Occlusion) -> Extreme | None:
    """The window whose covering costs the target most; None before the first answer."""
    return _extreme(occlusion, 1.0)


def _extreme(occlusion: Occlusion, sign: float) -> Extreme | None:
    # logits decide between windows whose probabilities round to the same number
    keys = np.stack([sign * occlusion.drop.ravel(), -sign * occlusion.logit.ravel()])
    known = np.flatnonzero(~np.isnan(keys[0]))
    if not len(known):
        return None
    best = int(known[np.lexsort((keys[1, known], keys[0, known]))[-1]])
    row, column = divmod(best, occlusion.columns)
    return Extreme(
        row,
        column,
        occlusion.box(row, column),
        float(occlusion.probability[row, column]),
        float(occlusion.drop[row, column]),
        int(occlusion.predicted[row, column]),
    )


def attribution(occlusion: Occlusion, of: Literal["probability", "logit"] = "probability") -> Maps:
    """Per pixel the mean drop of the windows that cover it, ``(h, w)``: what captum's ``Occlusion`` returns.

    captum explains what the network answers, so of a bare network it gives the drop of the ``logit``. Windows that are
    not known yet do not count; a pixel that none covers has 0.
    """
    drops = occlusion.drop if of == "probability" else np.float32(occlusion.score) - occlusion.logit
    known = ~np.isnan(drops)
    down = _covering(occlusion.tops, occlusion.patch[0], occlusion.size[0])
    across = _covering(occlusion.lefts, occlusion.patch[1], occlusion.size[1])
    total = down.T @ np.where(known, drops, 0).astype(np.float64) @ across
    count = down.T @ known.astype(np.float64) @ across
    return np.asarray(np.divide(total, count, out=np.zeros_like(total), where=count > 0), np.float32)


def _covering(starts: NDArray[np.int64], length: int, side: int) -> NDArray[np.float64]:
    """Which of the pixels of a side each window covers: ``(windows, side)`` of 0 and 1."""
    pixels = np.arange(side)
    return ((pixels >= starts[:, None]) & (pixels < starts[:, None] + length)).astype(np.float64)
