"""A chain of layers written as text, and the size after each: ``input 227x227x3``, ``conv 11 s4 f96``, ``pool 3 s2``.

One layer per line (or separated by semicolons): ``conv``, ``pool`` or ``deconv`` (transposed), its kernel, then in any
order ``s`` stride, ``p`` padding, ``d`` dilation, ``f`` filters, ``o`` output padding (``deconv``), and a fit policy.
Numbers may differ in rows and columns: ``3x5``. Without ``s`` a pool moves by its kernel and the others by 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.arithmetic.sizes import POLICIES, BadSize, Pair, Sizes, Window, output_size, transposed

KINDS = ("conv", "pool", "deconv")
MOST = 40  # layers: more do not fit a screen, and a link should stay short
HIGHEST = 4096
_OPTION = re.compile(r"([spdfo])(\d{1,4})(?:[x×](\d{1,4}))?")
_PAIR = re.compile(r"(\d{1,4})(?:[x×](\d{1,4}))?")
_INPUT = re.compile(r"input (\d{1,4})[x×](\d{1,4})(?:[x×](\d{1,4}))?")


class BadChain(ValueError):
    """A line that is no layer; the message names it and shows how one is written."""


@dataclass(frozen=True)
class Layer:
    """One line of a chain. ``filters`` is None where the number of channels stays as it is."""

    text: str
    kind: str
    rows: Window
    columns: Window
    filters: int | None = None
    output_padding: Pair = (0, 0)


@dataclass(frozen=True)
class Chain:
    """The input (height, width, channels) and the layers."""

    size: Pair
    channels: int
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Step:
    """What a layer makes of its input; ``after`` is None, and ``problem`` a sentence, where the chain ends."""

    layer: Layer
    before: Pair
    after: Pair | None
    channels: int
    dropped: Pair = (0, 0)
    problem: str = ""


def parse_chain(text: str) -> Chain:
    """Read a chain; raises :class:`BadChain` or :class:`~cnnviz.arithmetic.sizes.BadSize`."""
    lines = [" ".join(line.split()) for line in re.split(r"[;\n]", text.lower()) if line.strip()]
    found = _INPUT.fullmatch(lines[0]) if lines else None
    if not found:
        raise BadChain("the first line is the input; write for example: input 227x227x3")
    if len(lines) > MOST + 1:
        raise BadChain(f"there are {len(lines) - 1} layers; show at most {MOST}")
    height, width, channels = (int(number or 1) for number in found.groups())
    if not (min(height, width, channels) >= 1 and max(height, width, channels) <= HIGHEST):
        raise BadChain(f"the input can't be {height}×{width}×{channels}; choose numbers from 1 to {HIGHEST}")
    return Chain((height, width), channels, tuple(_layer(line) for line in lines[1:]))


def walk(chain: Chain) -> list[Step]:
    """The size after each layer, up to the first that can't be placed."""
    steps: list[Step] = []
    size, channels = chain.size, chain.channels
    for layer in chain.layers:
        step = _step(layer, size, channels)
        steps.append(step)
        if step.after is None:
            break
        size, channels = step.after, step.channels
    return steps


def _step(layer: Layer, size: Pair, channels: int) -> Step:
    channels = layer.filters or channels
    try:
        if layer.kind == "deconv":
            after = (
                transposed(size[0], layer.rows, layer.output_padding[0]),
                transposed(size[1], layer.columns, layer.output_padding[1]),
            )
            return Step(layer, size, after, channels)
        found = output_size(size, layer.rows, layer.columns)
    except BadSize as error:
        return Step(layer, size, None, channels, problem=str(error))
    lost = (found.rows.lost, found.columns.lost)
    return Step(layer, size, found.size, channels, lost, "" if found.size else _refusal(found))


def _refusal(found: Sizes) -> str:
    exact = found.columns.exact if found.rows.fits else found.rows.exact
    return f"does not fit: {exact:.2f}; write floor, ceil or same at its end, or change its padding"


def _layer(line: str) -> Layer:
    kind, *words = line.split()
    kernel = _PAIR.fullmatch(words[0]) if words else None
    if kind not in KINDS or not kernel:
        raise BadChain(f"{_quoted(line)} is no layer; write for example: conv 5 s1 p2 f16, pool 2, or deconv 4 s2 p1")
    pair = _pair(*kernel.groups())
    options: dict[str, Pair] = {"s": pair if kind == "pool" else (1, 1), "p": (0, 0), "d": (1, 1), "o": (0, 0)}
    policy = "floor"
    for word in words[1:]:
        option = _OPTION.fullmatch(word)
        if option:
            options[option[1]] = _pair(option[2], option[3])
        elif word in POLICIES:
            policy = word
        else:
            raise BadChain(f"{_quoted(word)} is not understood; there are s2, p1, d2, f16, o1, {', '.join(POLICIES)}")
    rows, columns = (_window(pair[axis], options, policy, axis) for axis in (0, 1))
    return Layer(line, kind, rows, columns, _filters(options), options["o"])


def _window(k: int, options: dict[str, Pair], policy: str, axis: int) -> Window:
    pad = options["p"][axis]
    return Window(k, options["s"][axis], (pad, pad), options["d"][axis], policy)


def _filters(options: dict[str, Pair]) -> int | None:
    if "f" not in options:
        return None
    if options["f"][0] < 1:
        raise BadChain("a layer needs at least one filter; write for example f16")
    return options["f"][0]


def _quoted(text: str) -> str:
    """What was written, without marks that a page would read as markup."""
    return repr(re.sub(r"[^a-z0-9 .-]", "?", text[:30]))


def _pair(first: str, second: str | None) -> Pair:
    return int(first), int(second or first)


def describe(steps: Sequence[Step]) -> str:
    """The sizes in one line: ``227×227 → 55×55 → 27×27``."""
    shown = [f"{step.after[0]}×{step.after[1]}" if step.after else "does not fit" for step in steps]
    start = [f"{steps[0].before[0]}×{steps[0].before[1]}"] if steps else []
    return " → ".join(start + shown)
