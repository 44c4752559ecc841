"""A stack as text: one layer per line or ``;``, branches in braces.

    conv 64 7 s2 p3; bn; relu        64 kernels of 7×7, stride 2, padding 3 (d dilation, g groups, nobias)
    pool 3 s2 p1                     also avgpool, lppool; a word ``ceil`` rounds sizes up
    residual { conv 64 3 p1; bn; relu; conv 64 3 p1; bn } shortcut { conv 64 1 }
    concat { branch { conv 32 1 } branch { conv 16 1; conv 32 3 p1 } }
    dense { conv 32 3 p1 }           concatenated to what came in
    aside { global; fc 10 }          an auxiliary classifier
    repeat 3 { conv 64 3 p1; relu }
    global; dropout 0.5; fc 1000     # a name in front: ``C5: conv 120 5``

All words stand in :data:`cnnviz.ledger.words.LAYERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

from cnnviz.ledger import words
from cnnviz.ledger.layers import Branches, Join, Layer, StackError
from cnnviz.ledger.words import BadLineError

LAYER_LIMIT = 1000
DEPTH_LIMIT = 8
TEXT_LIMIT = 40_000
BLOCKS = ("residual", "concat", "dense", "repeat", "add", "aside")


class Statement(NamedTuple):
    """A piece between separators, or a brace, and the line it stands on."""

    line: int
    text: str


def parse(text: str) -> tuple[Layer, ...]:
    """Read a stack. Raises :class:`StackError` with the line and the fix; at most 1000 layers, repeats counted."""
    if len(text) > TEXT_LIMIT:
        raise StackError(f"the stack has {len(text)} characters; keep it below {TEXT_LIMIT}")
    layers = _Reader(text).everything()
    if not layers:
        raise StackError("the stack is empty; begin with a layer, such as conv 16 3 p1")
    return layers


def statements(text: str) -> Iterator[Statement]:
    """The pieces of a stack, comments left out."""
    for number, line in enumerate(text.splitlines(), start=1):
        for piece in re.findall(r"[{}]|[^{};]+", line.partition("#")[0]):
            if piece.strip():
                yield Statement(number, piece.strip().rstrip(","))


class _Reader:
    """Reads the pieces from left to right; every method leaves off after what it has read."""

    def __init__(self, text: str) -> None:
        self._pieces = list(statements(text))
        self._at = 0

    def everything(self) -> tuple[Layer, ...]:
        layers = self._layers(0)
        if self._at < len(self._pieces):
            self._refuse("a brace is closed that was not opened; remove it")
        return layers

    def _layers(self, depth: int) -> tuple[Layer, ...]:
        """All layers up to a closing brace or the end."""
        layers: list[Layer] = []
        rows = 0
        while self._peek() not in {"", "}"}:
            try:
                found = self._block(depth) if self._peek(1) == "{" else [self._layer()]
            except BadLineError as error:
                self._refuse(str(error))
            layers += found
            rows += sum(map(_count, found))
            if rows > LAYER_LIMIT:
                self._refuse(f"the stack has more than {LAYER_LIMIT} layers from here on; use fewer")
        return tuple(layers)

    def _layer(self) -> Layer:
        name, rest = _named(self._peek())
        if rest[0] in BLOCKS or rest[0] == "{":
            raise BadLineError("a block is a word and braces, such as residual { conv 64 3 p1 }")
        made = words.layer(rest)
        self._at += 1
        return replace(made, name=name) if name else made

    def _block(self, depth: int) -> list[Layer]:
        name, (kind, *rest) = _named(self._peek())
        if kind not in BLOCKS:
            places = {"shortcut": "; it follows residual { … }", "branch": "; it stands in concat { … }"}
            raise BadLineError(f"{words.short(kind)} can't stand here{places.get(kind) or words.near(kind, BLOCKS)}")
        times = _repeats(kind, rest)
        if depth >= DEPTH_LIMIT:
            raise BadLineError(f"blocks are nested more than {DEPTH_LIMIT} deep; use fewer braces")
        if kind in {"add", "concat"}:
            branches = self._braced(self._branches, depth + 1)
            return [Branches("add" if kind == "add" else "concat", branches, name=name)]
        body = self._braced(self._layers, depth + 1)
        if kind == "repeat":
            if not body:
                raise BadLineError("this repeats nothing; write layers between the braces, or leave it out")
            if times * sum(map(_count, body)) > LAYER_LIMIT:
                raise BadLineError(f"this makes more than {LAYER_LIMIT} layers; repeat less often")
            return list(body) * times
        return [self._joined(kind, body, name, depth)]

    def _joined(self, kind: str, body: tuple[Layer, ...], name: str, depth: int) -> Layer:
        if kind == "residual":
            short = self._braced(self._layers, depth + 1) if self._peek() == "shortcut" else ()
            return Branches("add", (body, short), name=name)
        join: Join = "concat" if kind == "dense" else "aside"
        return Branches(join, ((), body) if kind == "dense" else (body,), name=name)

    def _branches(self, depth: int) -> tuple[tuple[Layer, ...], ...]:
        branches = []
        while self._peek() not in {"", "}"}:
            if self._peek() != "branch":
                raise BadLineError(f"{words.short(self._peek())} must stand in a branch {{ … }} of its own")
            branches.append(self._braced(self._layers, depth))
        if not branches:
            raise BadLineError("there are no branches; write concat { branch { … } branch { … } }")
        return tuple(branches)

    def _braced(self, read: Callable[[int], Any], depth: int) -> Any:
        """What stands in the braces behind the word at hand."""
        opened = self._at
        self._at += 1
        if self._peek() != "{":
            raise BadLineError(f"{words.short(self._pieces[opened].text)} needs a brace {{ after it")
        self._at += 1
        found = read(depth)
        if self._peek() != "}":
            self._at = opened
            raise BadLineError("this brace is never closed; add }")
        self._at += 1
        return found

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._pieces[at].text if at < len(self._pieces) else ""

    def _refuse(self, why: str) -> NoReturn:
        line = self._pieces[min(self._at, len(self._pieces) - 1)].line
        raise StackError(f"line {line}: {why}")


def _named(text: str) -> tuple[str, list[str]]:
    """``C1: conv 6 5`` to the name and the words. A name stands in sentences, tables and code: no sign of markup."""
    found = re.fullmatch(r"(?:([\w./+-]{1,24})\s*:)?\s*(.+)", text)
    if found is None:
        raise BadLineError(f"{words.short(text)} says no layer; write name: conv 16 3")
    return found[1] or "", found[2].split()


def _repeats(kind: str, rest: list[str]) -> int:
    """How often a block is meant: the number behind ``repeat``, else once."""
    if kind != "repeat":
        if rest:
            raise BadLineError(f"{words.short(rest[0])} can't stand after {kind}; put a brace there")
        return 1
    if len(rest) != 1:
        raise BadLineError("repeat needs one number; write repeat 3 { … }")
    return words.whole(rest[0], "number of times", high=LAYER_LIMIT)


def _count(layer: Layer) -> int:
    """How many rows a layer makes."""
    if isinstance(layer, Branches):
        return 1 + sum(_count(inner) for branch in layer.branches for inner in branch)
    return 1
