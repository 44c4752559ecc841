"""Scores that a student types: ``cat 3.2; dog 5.1; 997 x others -14``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.scores.errors import BadScores
from cnnviz.scores.losses import cross_entropy, softmax

ROWS, CLASSES, LARGEST, NAMED = 20, 100_000, 1e6, 24
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ENTRY = re.compile(rf"(?:(?P<count>\d{{1,7}})\s*[x×]\s+)?(?P<name>.*?)\s*(?P<score>{_NUMBER})")
_ONLY_NUMBERS = re.compile(rf"{_NUMBER}(\s+{_NUMBER})+")


@dataclass(frozen=True)
class Row:
    """A class and its score, or ``count`` classes that all have this score."""

    name: str
    score: float
    count: int = 1


def parse(text: str, *, own_row: bool = False) -> tuple[Row, ...]:
    """Read scores between commas, semicolons, spaces or line ends, each with or without a name before it.

    ``997 x others -14`` stands for 997 classes; with ``own_row`` some class must stand alone, so that it can be
    the true one. Raises :class:`BadScores` with the sentence to show.
    """
    entries: list[str] = []
    for part in re.split(r"[;,\n]", text.replace("−", "-")):
        stripped = part.strip()
        entries += stripped.split() if _ONLY_NUMBERS.fullmatch(stripped) else [stripped] if stripped else []
    rows = tuple(_row(entry, k) for k, entry in enumerate(entries))
    if len(rows) > ROWS:
        raise BadScores(f"That is too much to show: write at most {ROWS} scores, equal ones as 997 x others -14")
    if not 2 <= sum(row.count for row in rows) <= CLASSES:
        raise BadScores("Softmax compares: write at least two scores, such as cat 3.2; dog 5.1")
    if own_row and all(row.count > 1 for row in rows):
        raise BadScores("The true class needs a row of its own: write cat 0; 999 x others 0")
    return rows


def _row(entry: str, k: int) -> Row:
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise BadScores(f"“{entry[:20]}” has no score at its end: write a name and a number, such as cat 3.2")
    score, count = float(found["score"]), int(found["count"] or 1)
    if not math.isfinite(score) or abs(score) > LARGEST:
        raise BadScores("That score is too large to show: keep to a million either way")
    if count < 1:
        raise BadScores("None of a class is no class: write a count of at least 1 before the x")
    return Row(found["name"].strip(" :=")[:NAMED] or f"class {k}", score, count)


def write(rows: tuple[Row, ...]) -> str:
    """Rows as the text that :func:`parse` reads."""
    return "; ".join(f"{f'{row.count} x ' if row.count > 1 else ''}{row.name} {row.score:.6g}" for row in rows)


def every(rows: tuple[Row, ...]) -> NDArray[np.float64]:
    """The score of every class, ``count`` times that of a row."""
    return np.repeat([row.score for row in rows], [row.count for row in rows])


def first(rows: tuple[Row, ...], k: int) -> int:
    """Where the first class of row ``k`` stands among all."""
    return sum(row.count for row in rows[:k])


def probabilities(rows: tuple[Row, ...], *, temperature: float = 1.0) -> NDArray[np.float64]:
    """The probability of one class of each row."""
    return softmax(every(rows), temperature=temperature)[[first(rows, k) for k in range(len(rows))]]


def loss(rows: tuple[Row, ...], label: int, *, temperature: float = 1.0) -> float:
    """The cross-entropy if a class of row ``label`` is the true one."""
    return cross_entropy(every(rows), first(rows, label), temperature=temperature)
