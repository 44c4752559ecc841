"""Filter-activation statistics: which filter answers most at each place, over all pictures of a class.

Deck D2, "filter activation statistics". At every cell of a layer's map the filter with the largest answer wins; counted
over many pictures this tells which filters carry a class and where. A cell in which no filter answers above zero has no
winner, else filter 0 would win every cell behind a ReLU that is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.features.errors import FeatureError
from cnnviz.features.searching import BATCH_PIXELS, peek

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.features.pictures import Source
    from cnnviz.models import Network

NOBODY = -1
MEASURED = 200  # pictures of all classes from which each filter's own scale is taken


@dataclass(frozen=True, eq=False)
class Counted:
    """Statistics of ``seen`` of ``total`` pictures.

    ``wins`` int64 ``(C, h, w)`` counts how often each filter won each cell, ``silent`` ``(h, w)`` how often nobody did:
    together they are ``seen`` at every cell. ``means`` float32 ``(C, h, w)`` is the mean map of each filter.
    """

    seen: int
    total: int
    wins: NDArray[np.int64] = field(repr=False)
    silent: NDArray[np.int64] = field(repr=False)
    means: NDArray[np.float32] = field(repr=False)

    @property
    def progress(self) -> float:
        """The share of the pictures that have been looked at."""
        return self.seen / max(1, self.total)

    def shares(self) -> NDArray[np.float64]:
        """The share of all cells of all pictures that each filter won, ``(C,)``."""
        return np.asarray(self.wins.sum((1, 2)) / max(1, self.seen * self.silent.size))

    def winners(self) -> NDArray[np.int64]:
        """The filter that won each cell most often, ``(h, w)``; -1 where more often nobody did. Lower numbers first."""
        best = self.wins.argmax(0)
        return np.where(self.wins.max(0) > self.silent, best, NOBODY)

    def sureness(self) -> NDArray[np.float64]:
        """In which share of the pictures that winner won its cell, ``(h, w)``."""
        return np.asarray(np.maximum(self.wins.max(0), self.silent) / max(1, self.seen))


def statistics(
    network: Network, layer: str, source: Source, *, target: str | int | None = None, standard: bool = False
) -> Iterator[Counted]:
    """Look at all pictures of ``source`` that show ``target``, a class of the source (every class if ``None``).

    With ``standard`` each filter is compared on its own scale, ``(A − mean) / deviation`` over the places of up to 200
    pictures of all classes; else a filter with large weights wins often. Above 0 then means above its own mean.
    Yields after each batch, the last time with all of them. Of equal answers the filter with the lower number wins.

    Raises:
        LayerError: no such layer; FeatureError: no such class, or none of the pictures shows it.
    """
    chosen = shown(source, target)
    scale: Scale | None = None
    if standard:
        for measured, shape in _scales(network, layer, source):
            scale = measured
            yield Counted(0, len(chosen), *_Tally.empty(shape).told())
    tally: _Tally | None = None
    size = _together(network)
    for start in range(0, len(chosen), size):
        numbers = chosen[start : start + size]
        answers, _ = peek(network, layer, source.views(numbers))
        if scale is not None:
            answers = (answers - scale[0]) / scale[1]
        tally = tally or _Tally.empty(answers.shape[1:])
        tally.take(answers)
        yield Counted(start + len(numbers), len(chosen), *tally.told())


Scale = tuple["NDArray[np.float32]", "NDArray[np.float32]"]


def _together(network: Network) -> int:
    """How many pictures run at once."""
    return int(max(1, min(64, BATCH_PIXELS // network.spec.side**2)))


def _scales(network: Network, layer: str, source: Source) -> Iterator[tuple[Scale, tuple[int, ...]]]:
    """Mean and deviation ``(C, 1, 1)`` of each filter over all places of the first pictures, and the maps' shape."""
    total, squares, count, size = 0.0, 0.0, 0, _together(network)
    for start in range(0, min(MEASURED, source.count), size):
        numbers = np.arange(start, min(start + size, MEASURED, source.count))
        answers, _ = peek(network, layer, source.views(numbers))
        wide = answers.astype(np.float64)
        total, squares = total + wide.sum((0, 2, 3)), squares + np.square(wide).sum((0, 2, 3))
        count += wide.size // wide.shape[1]
        mean = total / count
        deviation = np.sqrt(np.maximum(squares / count - mean**2, 1e-12))
        yield (_column(mean), _column(deviation)), answers.shape[1:]


def _column(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)[:, None, None]


def shown(source: Source, target: str | int | None) -> NDArray[np.int64]:
    """Numbers of the pictures of a class."""
    if target is None:
        return np.arange(source.count)
    if isinstance(target, str):
        if target not in source.classes:
            raise FeatureError(f"there is no class {target[:20]!r}; choose one of {', '.join(source.classes)[:80]}")
        target = source.classes.index(target)
    found = np.flatnonzero(source.labels == target)
    if not len(found):
        raise FeatureError("none of these pictures shows that class; look at more of them, or choose another class")
    return found


@dataclass
class _Tally:
    wins: NDArray[np.int64]
    silent: NDArray[np.int64]
    sums: NDArray[np.float64]
    seen: int = 0

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> _Tally:
        return cls(np.zeros(shape, np.int64), np.zeros(shape[1:], np.int64), np.zeros(shape))

    def take(self, answers: NDArray[np.float32]) -> None:
        """Count one batch ``(N, C, h, w)``."""
        best, most = answers.argmax(1), answers.max(1)
        rows, columns = np.indices(self.silent.shape)[0], np.indices(self.silent.shape)[1]
        for winner, answer in zip(best, most, strict=True):
            above = answer > 0
            # within one picture every cell occurs once, so plain indexing counts right
            self.wins[winner[above], rows[above], columns[above]] += 1
            self.silent += ~above
        self.sums += answers.sum(0, dtype=np.float64)
        self.seen += len(answers)

    def told(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        return self.wins.copy(), self.silent.copy(), (self.sums / max(1, self.seen)).astype(np.float32)
