"""What a ledger says: one row per layer, and where in the input each of them looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnnviz.ledger.layers import Layer, Window

INPUT = -1


class Axis(NamedTuple):
    """Fields of a row of units along one axis, in input pixels (0 is the first pixel's centre; padding is negative).

    The first unit sees ``size`` pixels from ``start`` on, its neighbour the same ``jump`` further; ``stop`` is the last
    pixel that the last unit sees.
    """

    start: int
    size: int
    jump: int
    stop: int

    def through(self, window: Window, count: int) -> Axis:
        """The ``count`` units that look at these through ``window``: size ``r + (k - 1) d j``, jump ``j s``.

        Araujo, Norris and Sim 2019, https://distill.pub/2019/computing-receptive-fields
        """
        start, jump = self.start - window.padding * self.jump, self.jump * window.stride
        size = self.size + (window.extent - 1) * self.jump
        return Axis(start, size, jump, start + (count - 1) * jump + size - 1)

    def whole(self) -> Axis:
        """One unit that sees whatever these see; the jump stays, as for a convolution as large as the map."""
        return Axis(self.start, self.stop - self.start + 1, self.jump, self.stop)

    def joined(self, other: Axis) -> Axis:
        """The smallest field that holds both."""
        start = min(self.start, other.start)
        size = max(self.start + self.size, other.start + other.size) - start
        return Axis(start, size, max(self.jump, other.jump), max(self.stop, other.stop))

    @property
    def offset(self) -> float:
        """Centre of the first unit's field."""
        return self.start + (self.size - 1) / 2


@dataclass(frozen=True)
class Row:
    """One layer of a network.

    ``output`` is (C, H, W) or (N,). ``receptive_field``, ``jump`` and ``offset`` (the centre of the first unit's field)
    are in input pixels; where height and width differ, the larger field is told and ``axes`` has both. ``macs`` are
    multiply-adds (FLOPs are twice that). ``activation_bytes`` is 0 for rows that store no output of their own.
    ``branch`` is how many branches deep the layer stands; ``inputs`` are the indices of the rows it reads, -1 being
    the picture.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    params: int
    macs: int
    receptive_field: int
    jump: int
    offset: float
    activation_bytes: int
    branch: int
    source: str
    layer: Layer
    inputs: tuple[int, ...]
    axes: tuple[Axis, Axis]


@dataclass(frozen=True)
class Ledger:
    """The rows of a network for one input size (C, H, W), and their sums."""

    rows: tuple[Row, ...]
    params: int
    macs: int
    activation_bytes: int
    input: tuple[int, int, int]
