"""One line of a stack: ``conv 64 7x7 s2 p3`` to a layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any, Literal

from cnnviz.ledger.layers import LRN, Activation, AdaptivePool, Dropout, Flatten, Identity, Layer, Pool
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear, PartialConv, RadialBasis, SqueezeExcite, Subsample

NUMBER_LIMIT = 65_536
KERNEL_LIMIT = 4096
FUNCTIONS = ("relu", "relu6", "tanh", "sigmoid", "silu", "gelu", "hardswish", "softmax")
FIELDS = {"s": "stride", "p": "padding", "d": "dilation", "g": "groups"}
Words = list[str]


class BadLineError(Exception):
    """What is wrong with a line; its number is added on the way out."""


def layer(words: Words) -> Layer:
    """The layer that a line describes, its name left out. Raises :class:`BadLineError`."""
    word, *rest = words
    maker = LAYERS.get(word.lower())
    if maker is None:
        raise BadLineError(f"{short(word)} is no layer{near(word, LAYERS)}")
    return maker(rest)


def short(word: str) -> str:
    """A word as it stands in a message; escaped characters count as long as they are written."""
    written = repr(word)
    return written if len(written) <= 22 else f"{written[:20]}…{written[0]}"


def near(word: str, known: Collection[str]) -> str:
    """The end of a message about a word that is not ``known``."""
    close = get_close_matches(word.lower(), known, n=1)
    return f"; try {close[0]!r}" if close else "; try " + ", ".join(list(known)[:6])


def whole(word: str, what: str, *, low: int = 1, high: int = NUMBER_LIMIT) -> int:
    """``word`` as a whole number in a range."""
    if not re.fullmatch(r"[0-9]{1,9}", word) or not low <= int(word) <= high:
        raise BadLineError(f"{short(word)} is no {what}; give a whole number from {low} to {high}")
    return int(word)


def side(word: str) -> int:
    """Side of a square window: ``3``, ``3x3`` or ``3×3``."""
    first, cross, second = word.lower().replace("×", "x").partition("x")
    if cross and second != first:
        raise BadLineError(f"{short(word)} is not square; write {short(first)}")
    return whole(first, "window", high=KERNEL_LIMIT)


def window(words: Words, *, allowed: str, flags: tuple[str, ...] = ()) -> dict[str, Any]:
    """The settings behind the numbers: ``s2 p1``, with the letters and the flags that this layer has."""
    found: dict[str, Any] = {}
    for word in words:
        letter, number = word[:1].lower(), word[1:]
        if word.lower() in flags:
            found[word.lower()] = True
        elif letter in allowed and number.isascii() and number.isdigit():
            found[FIELDS[letter]] = whole(number, FIELDS[letter], low=0 if letter == "p" else 1)
        else:
            settings = [f"{known}2" for known in allowed] + list(flags)
            raise BadLineError(f"{short(word)} is no setting; {_list(settings)}")
    return found


def _list(settings: Words) -> str:
    return f"there are {', '.join(settings)}" if settings else "nothing may follow here"


def _needs(words: Words, count: int, example: str) -> None:
    if len(words) < count:
        raise BadLineError(f"something is missing; write {example}")


def _padded(options: dict[str, Any], kernel: int) -> dict[str, Any]:
    """The padding that keeps the size where ``same`` is asked for."""
    if options.pop("same", False):
        if kernel % 2 == 0:
            raise BadLineError("an even window can't keep the size; give p yourself")
        options["padding"] = (kernel - 1) * options.get("dilation", 1) // 2
    if options.pop("nobias", False):
        options["bias"] = False
    return options


def _conv(words: Words) -> Layer:
    _needs(words, 2, "conv 64 3 p1: kernels, window, settings")
    out, kernel = whole(words[0], "number of kernels"), side(words[1])
    options = window(words[2:], allowed="spdg", flags=("nobias", "same"))
    return Conv(out, kernel, **_padded(options, kernel))


def _depthwise(words: Words) -> Layer:
    _needs(words, 1, "depthwise 3 p1: window, settings")
    kernel = side(words[0])
    return Conv(0, kernel, groups=0, **_padded(window(words[1:], allowed="spd", flags=("nobias", "same")), kernel))


def _partial(words: Words) -> Layer:
    _needs(words, 2, "partial 5 0,1,2 1,2,3: window, then the channels of each kernel")
    rows = [tuple(whole(part, "channel", low=0) for part in word.split(",")) for word in words[1:]]
    return PartialConv(side(words[0]), tuple(rows))


def _pool(mode: Literal["max", "average", "lp"]) -> Callable[[Words], Layer]:
    def make(words: Words) -> Layer:
        _needs(words, 1, "pool 3 s2: window, settings")
        return Pool(mode, side(words[0]), **window(words[1:], allowed="sp", flags=("ceil",)))

    return make


def _adaptive(words: Words) -> Layer:
    _needs(words, 1, "adaptive 7: the size it makes")
    return _global([*words[1:]], size=side(words[0]))


def _global(words: Words, *, size: int = 1) -> Layer:
    mode: Literal["average", "max"] = "max" if window(words, allowed="", flags=("max",)) else "average"
    return AdaptivePool(size, mode)


def _linear(words: Words) -> Layer:
    _needs(words, 1, "fc 1000: how many outputs")
    return Linear(whole(words[0], "number of outputs"), **_padded(window(words[1:], allowed="", flags=("nobias",)), 1))


def _identity(words: Words) -> Layer:
    _needs(words, 1, "identity 32 s2: channels, stride")
    return Identity(whole(words[0], "number of channels"), **window(words[1:], allowed="s"))


def _dropout(words: Words) -> Layer:
    rate = words[0] if words else "0.5"
    if len(words) > 1 or not re.fullmatch(r"0?\.[0-9]{1,6}|0", rate):
        raise BadLineError(f"{short(' '.join(words))} is no rate; write dropout 0.5")
    return Dropout(float(rate))


def _number(kind: Callable[[int], Layer], what: str, default: int | None = None) -> Callable[[Words], Layer]:
    """A layer with one whole number, which may be left out if it has a ``default``."""

    def make(words: Words) -> Layer:
        if not words and default is not None:
            return kind(default)
        _needs(words, 1, f"a {what} after it")
        window(words[1:], allowed="")
        return kind(whole(words[0], what, high=KERNEL_LIMIT))

    return make


def _bare(made: Layer) -> Callable[[Words], Layer]:
    """A layer without settings."""

    def make(words: Words) -> Layer:
        window(words, allowed="")
        return made

    return make


LAYERS: dict[str, Callable[[Words], Layer]] = {
    "conv": _conv,
    "pool": _pool("max"),
    "relu": _bare(Activation("relu")),
    "bn": _bare(BatchNorm()),
    "fc": _linear,
    "global": _global,
    "avgpool": _pool("average"),
    "maxpool": _pool("max"),
    "lppool": _pool("lp"),
    "adaptive": _adaptive,
    "depthwise": _depthwise,
    "dropout": _dropout,
    "flatten": _bare(Flatten()),
    "identity": _identity,
    "linear": _linear,
    "lrn": _number(LRN, "number of channels", 5),
    "partial": _partial,
    "rbf": _number(RadialBasis, "number of patterns"),
    "se": _number(SqueezeExcite, "width"),
    "subsample": _number(Subsample, "window", 2),
    **{name: _bare(Activation(name)) for name in FUNCTIONS[1:]},
}
