"""The probabilities measured while pixels go and come, and the area under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

WAYS = ("deletion", "insertion")
MAP, CENTRE, RANDOM = "map", "centre", "random"
Line = dict[int, float]


@dataclass(frozen=True)
class Points:
    """Some measured points: rows of (way, order, step, probability of the class); ``progress`` is 1 in the last.

    ``way`` is deletion or insertion; ``order`` is ``map``, ``centre`` or ``random 0``, ``random 1`` …; ``steps`` is
    how many steps the whole picture takes.
    """

    progress: float
    steps: int
    points: tuple[tuple[str, str, int, float], ...]


@dataclass
class Curves:
    """All points so far, by way and order."""

    steps: int = 1
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)

    def add(self, told: Points) -> None:
        """Take in what one event tells."""
        self.steps = told.steps
        for way, order, step, probability in told.points:
            self.lines.setdefault((way, order), {})[step] = probability

    def line(self, way: str, order: str = MAP) -> tuple[list[float], list[float]]:
        """Shares of the pixels, 0 … 1, and the probabilities measured there."""
        points = sorted(self.lines.get((way, order), {}).items())
        return [step / self.steps for step, _ in points], [p for _, p in points]

    def area(self, way: str, order: str = MAP) -> float:
        """Area under the line by the trapezoidal rule, 0 … 1; NaN before both ends are known."""
        shares, probabilities = self.line(way, order)
        if not shares or shares[0] > 0 or shares[-1] < 1:
            return float("nan")
        return float(np.trapezoid(probabilities, shares))

    def random(self, way: str) -> tuple[float, float]:
        """Mean and standard deviation of the areas of the random maps; NaN before there are any."""
        areas = [self.area(way, order) for side, order in self.lines if side == way and order.startswith(RANDOM)]
        return (float(np.mean(areas)), float(np.std(areas))) if areas else (float("nan"), float("nan"))


def gathered(told: Iterable[Points]) -> Curves:
    """What all events together tell."""
    curves = Curves()
    for each in told:
        curves.add(each)
    return curves
