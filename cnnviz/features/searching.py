"""The patches of a data set that every unit of a layer answers most to: one pass over the pictures for all units.

Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901: to see what a unit looks for, look at what it finds. Each picture
counts once per unit, at the unit's peak; a patch is what the unit sees there, its receptive field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.features.geometry import Field
from cnnviz.features.geometry import field as field_of
from cnnviz.features.responses import finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.features.pictures import Source
    from cnnviz.models import Network

BEST = 9
PER_PHOTOGRAPH = 2  # of the crops of one photograph: else nine of them would show the same spot
BATCH_PIXELS = 8 * 160 * 160  # what a batch may hold: 0.1 s of the photo network, so that a stop is heard


@dataclass(frozen=True, eq=False)
class Found:
    """The best patches so far, best first: ``(C, 9)`` each, number -1 and score -inf where there is none yet.

    ``scores`` is a unit's peak in picture ``numbers`` of the source, at ``(rows, columns)`` of its map. ``seen`` of
    ``total`` pictures have been looked at. ``field`` is what a unit sees, ``view`` (height, width) how large pictures
    are.
    """

    seen: int
    total: int
    scores: NDArray[np.float32] = field(repr=False)
    numbers: NDArray[np.int64] = field(repr=False)
    rows: NDArray[np.int64] = field(repr=False)
    columns: NDArray[np.int64] = field(repr=False)
    field: Field
    view: tuple[int, int]

    @property
    def progress(self) -> float:
        """The share of the pictures that have been looked at."""
        return self.seen / max(1, self.total)

    def box(self, unit: int, place: int) -> tuple[int, int, int, int]:
        """Top, left, height, width of the ``place``-th best patch of ``unit``; it may reach into padding."""
        return self.field.box(int(self.rows[unit, place]), int(self.columns[unit, place]))


def search(network: Network, layer: str, source: Source) -> Iterator[Found]:
    """Look at all pictures of ``source``; yields after each batch, the last time with all of them.

    Raises:
        LayerError: no such layer.
    """
    field_here = field_of(network, layer)
    shelf: _Shelf | None = None
    seen = 0
    for numbers in batches(source, network):
        answers, view = peek(network, layer, source.views(numbers))
        group = int(numbers[0]) % len(source.classes) if source.grouped else 0
        if shelf is None:
            shelf = _Shelf.empty(answers.shape[1], groups=len(source.classes) if source.grouped else 1)
        shelf.take(answers, numbers, group=group)
        seen += len(numbers)
        yield Found(seen, source.count, *shelf.best(), field_here, view)


def batches(source: Source, network: Network) -> Iterator[NDArray[np.int64]]:
    """Numbers of pictures to look at together; those of one photograph only, photographs in turn."""
    size = max(1, min(64, BATCH_PIXELS // network.spec.side**2))
    step = len(source.classes) if source.grouped else 1
    for start in range(0, source.count, size * step):
        for first in range(start, min(start + step, source.count)):
            yield np.arange(first, min(first + size * step, source.count), step)


def peek(network: Network, layer: str, views: NDArray[np.uint8]) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """The answers ``(N, C, h, w)`` of ``layer`` to views, and the views' height and width; nothing runs behind it."""
    from cnnviz.probe import reach

    inputs = network.inputs(views)
    with network.lock:
        _, answer = reach(network.model, layer, inputs)
    return finite(answer), (views.shape[1], views.shape[2])


@dataclass
class _Shelf:
    """For every unit and group the best scores ``(C, G, K)`` with number, row and column, the best first."""

    scores: NDArray[np.float32]
    found: NDArray[np.int64]

    @classmethod
    def empty(cls, units: int, *, groups: int) -> _Shelf:
        kept = BEST if groups == 1 else PER_PHOTOGRAPH
        scores = np.full((units, groups, kept), -np.inf, np.float32)
        return cls(scores, np.full((units, groups, kept, 3), -1, np.int64))

    def take(self, answers: NDArray[np.float32], numbers: NDArray[np.int64], *, group: int) -> None:
        """Put the peaks of a batch among those of its group."""
        count, units, _, width = answers.shape
        flat = answers.reshape(count, units, -1)
        at = flat.argmax(2)
        scores = np.take_along_axis(flat, at[..., None], 2)[..., 0].T
        places = np.stack([np.broadcast_to(numbers[:, None], at.shape), at // width, at % width], 2)
        everything = np.concatenate([self.scores[:, group], scores], 1)
        whence = np.concatenate([self.found[:, group], places.transpose(1, 0, 2)], 1)
        order = np.argsort(-everything, axis=1, kind="stable")[:, : self.scores.shape[2]]
        self.scores[:, group] = np.take_along_axis(everything, order, 1)
        self.found[:, group] = np.take_along_axis(whence, order[..., None], 1)

    def best(self) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The nine best of all groups."""
        scores = self.scores.reshape(len(self.scores), -1)
        found = self.found.reshape(len(scores), -1, 3)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :BEST]
        chosen = np.take_along_axis(found, order[..., None], 1)
        top = np.take_along_axis(scores, order, 1)
        return top, chosen[..., 0], chosen[..., 1], chosen[..., 2]
