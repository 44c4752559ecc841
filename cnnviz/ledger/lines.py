"""What each line of a stack's text costs and sees, and the line with which something is wrong.

Standard library only. A block in braces counts at the line that closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnviz.ledger.counting import ledger
from cnnviz.ledger.layers import Branches, Layer, StackError
from cnnviz.ledger.reading import parse
from cnnviz.ledger.rows import Ledger, Row

_EMPTY = "the stack is empty; begin with a layer, such as conv 16 3 p1"


@dataclass(frozen=True)
class Line:
    """The rows that a line makes: ``output`` and ``field`` of the last one, parameters and MACs of all."""

    number: int
    rows: tuple[Row, ...]

    @property
    def output(self) -> tuple[int, ...]:
        """(C, H, W) or (N,) behind this line."""
        return self.rows[-1].output

    @property
    def field(self) -> int:
        """Side of the square that a unit sees, in input pixels."""
        return self.rows[-1].receptive_field

    @property
    def params(self) -> int:
        """Trainable numbers."""
        return sum(row.params for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-adds for one picture."""
        return sum(row.macs for row in self.rows)


@dataclass(frozen=True)
class Lined:
    """A stack by lines, as far as it can be counted from the top.

    ``problem`` is one sentence without a full stop, or nothing; ``at`` is the line that it is about, from 1 on.
    ``made`` is the ledger of what is counted, None if that is nothing.
    """

    lines: tuple[Line, ...]
    layers: tuple[Layer, ...]
    made: Ledger | None
    problem: str = ""
    at: int = 0

    def line_of(self, row: int) -> int:
        """The line that made the row of that index."""
        for line in self.lines:
            row -= len(line.rows)
            if row < 0:
                return line.number
        return self.lines[-1].number if self.lines else 1


@dataclass(frozen=True)
class _Piece:
    """Layers that were written from line ``first`` to line ``last``."""

    first: int
    last: int
    layers: tuple[Layer, ...]


def lined(text: str, size: tuple[int, int, int]) -> Lined:
    """Count ``text`` for an input (C, H, W); never raises for what somebody may have typed."""
    pieces, problem, at = _readable(text)
    layers = tuple(layer for piece in pieces for layer in piece.layers)
    kept, why = _fitting(layers, size)
    if why:
        problem, at = why, _written(pieces, kept)
    if not kept:
        return Lined((), (), None, problem or _EMPTY, at or 1)
    made = ledger(layers[:kept], size)
    return Lined(tuple(_counted(pieces, made, kept)), layers[:kept], made, problem, at)


def _readable(text: str) -> tuple[list[_Piece], str, int]:
    """The pieces from the top that can be read, what is wrong with the next one, and its line."""
    pieces: list[_Piece] = []
    for first, lines in _pieces(text.splitlines()):
        try:
            pieces.append(_Piece(first, first + len(lines) - 1, parse("\n".join(lines))))
        except StackError as error:
            told = re.fullmatch(r"line (\d+): (.*)", str(error), re.DOTALL)
            return pieces, told[2] if told else str(error), first - 1 + (int(told[1]) if told else 1)
    return pieces, "", 0


def _pieces(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines that can be read by themselves, with the number of the first: one line, or all of a block."""
    piece: list[str] = []
    depth = 0
    for number, line in enumerate(lines, start=1):
        bare = line.partition("#")[0]
        piece.append(line)
        depth += bare.count("{") - bare.count("}")
        if depth > 0 or _goes_on(lines[number:]):
            continue
        if any(each.partition("#")[0].strip(" \t;") for each in piece):
            yield number - len(piece) + 1, piece
        piece, depth = [], 0
    if piece:
        yield len(lines) - len(piece) + 1, piece


def _goes_on(following: Sequence[str]) -> bool:
    """Whether a block is followed by its shortcut, in a line of its own."""
    return bool(following) and following[0].strip().startswith("shortcut")


def _fitting(layers: tuple[Layer, ...], size: tuple[int, int, int]) -> tuple[int, str]:
    """How many layers from the front fit the input, and what is wrong with the next; halving finds it."""
    why = _refusal(layers, size)
    if not why:
        return len(layers), ""
    low, high = 0, len(layers)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _refusal(layers[:middle], size) else (middle, high)
    return low, _refusal(layers[:high], size) or why


def _refusal(layers: tuple[Layer, ...], size: tuple[int, int, int]) -> str:
    try:
        ledger(layers, size)
    except StackError as error:
        told, small, _ = str(error).partition(": the input must be at least")
        return f"{told}: pool less before it, or give it padding" if small else str(error)
    return ""


def _written(pieces: Sequence[_Piece], index: int) -> int:
    """The line in which the layer of that index begins."""
    for piece in pieces:
        index -= len(piece.layers)
        if index < 0:
            return piece.first
    return 1


def _counted(pieces: Sequence[_Piece], made: Ledger, kept: int) -> Iterator[Line]:
    """The lines that make rows; the ledger writes its rows in the order of the text."""
    start = 0
    for piece in pieces:
        layers = piece.layers[: max(kept, 0)]
        kept -= len(piece.layers)
        stop = start + sum(map(_rows, layers))
        if stop > start:
            yield Line(piece.last, made.rows[start:stop])
        start = stop


def _rows(layer: Layer) -> int:
    """How many rows a layer makes; a branch that is left aside is joined by none."""
    if not isinstance(layer, Branches):
        return 1
    return (layer.join != "aside") + sum(_rows(inner) for branch in layer.branches for inner in branch)
