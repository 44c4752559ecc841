"""The batch that is normalized: the student's numbers, or numbers drawn by a seed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.typed import BadNumbers, number

Array = NDArray[np.float64]
TEXTBOOK = "1 2 3 4"
SOURCES = {
    "numbers": "your numbers",
    "random": "random, one feature",
    "pair": "random, two features",
    "scales": "D2: x₁ from 1000, x₂ from 0.1",
}
MOST, FEATURES, LONGEST = 12, 2, 400  # numbers per feature, features, characters in a link
RANGES = {
    "random": ((3.0, 2.0),),
    "pair": ((3.0, 2.0), (-1.0, 0.5)),
}  # mean and deviation of the draws, per feature


@dataclass(frozen=True)
class Given:
    """Where batches come from. ``batch(0)`` is the one on screen, the next ones are those seen in training."""

    source: str
    size: int
    seed: int = 0
    text: str = TEXTBOOK

    def batch(self, k: int = 0) -> Array:
        """The k-th batch ``(N, D)``; the student's numbers are the same batch every time."""
        if self.source == "numbers":
            return self._own
        draw = np.random.default_rng([self.seed, k])
        if self.source == "scales":
            drawn = draw.uniform((1000, 0.1), (2000, 0.5), (self.size, 2))
        else:
            means, deviations = np.array(RANGES[self.source]).T
            drawn = draw.normal(means, deviations, (self.size, len(means)))
        return np.asarray(np.vectorize(lambda v: float(f"{v:.4g}"))(drawn))

    def named(self) -> str:
        """Random batches as a short text that :func:`recalled` reads."""
        return f"{self.source} {self.size} {self.seed}"

    @cached_property
    def _own(self) -> Array:
        return parse(self.text)[: self.size]

    @property
    def endless(self) -> bool:
        """Whether each training step sees another batch."""
        return self.source != "numbers"


def parse(text: str) -> Array:
    """Read ``1 2 3; 0.1 0.2 0.3``, a feature per line, as ``(N, D)``. Raises :class:`BadNumbers`."""
    lines = [line for line in re.split(r"[;\n]", text) if line.strip(" ,\t\r")]
    rows = [[number(word) for word in re.split(r"[\s,]+", line.strip(" ,\t\r"))] for line in lines]
    if not rows:
        raise BadNumbers("There is no batch: write numbers, such as 1 2 3 4")
    if len(rows) > FEATURES or max(map(len, rows)) > MOST:
        raise BadNumbers(f"That is too much to show: use at most {FEATURES} features of {MOST} numbers")
    if len({len(row) for row in rows}) > 1:
        raise BadNumbers("The features are not equally long: every example needs a number of each")
    return np.array(rows, dtype=np.float64).T


def recalled(text: str) -> Given | None:
    """The batches that ``random 8 0`` or numbers stand for; nothing if it is neither."""
    found = re.fullmatch(r"(random|pair|scales) (\d{1,2}) (\d{1,2})", text)
    if found:
        return Given(found[1], min(MOST, max(1, int(found[2]))), int(found[3]))
    return Given("numbers", MOST, text=text) if readable(text) else None


def write(x: Array) -> str:
    """``(N, D)`` as the text that :func:`parse` reads."""
    return "; ".join(" ".join(f"{v:.6g}" for v in feature) for feature in x.T)


def readable(text: str) -> bool:
    """Whether :func:`parse` can read the text."""
    try:
        parse(text)
    except BadNumbers:
        return False
    return True
