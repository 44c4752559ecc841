"""Layers back to the text that :func:`cnnviz.ledger.parse` reads, short enough to edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnnviz.ledger.layers import LRN, Activation, AdaptivePool, Branches, Dropout, Flatten, Identity, Layer, Pool
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear, PartialConv, RadialBasis, SqueezeExcite, Subsample

INDENT = "  "
PERIOD_LIMIT = 8


def written(layers: Sequence[Layer]) -> str:
    """A stack as text, one unit (a convolution with its norm and activation) per line, repeats folded."""
    return "\n".join(_lines(tuple(layers)))


def _lines(layers: tuple[Layer, ...]) -> list[str]:
    lines: list[str] = []
    at, attach = 0, False
    while at < len(layers):
        period, times = _repeat(layers, at)
        layer = layers[at]
        if times > 1:
            lines += [f"repeat {times} {{", *_indented(layers[at : at + period]), "}"]
        elif isinstance(layer, Branches):
            lines += _branched(layer)
        elif attach and layer.kind in {"norm", "activation", "dropout"}:
            lines[-1] += f"; {_line(layer)}"
        else:
            lines.append(_line(layer))
        attach = times == 1 and not isinstance(layer, Branches)
        at += period * times
    return lines


def _repeat(layers: tuple[Layer, ...], at: int) -> tuple[int, int]:
    """Length and number of the repeats that save most from ``at`` on; only those with branches or three times."""
    best = (1, 1)
    for period in range(1, min(PERIOD_LIMIT, (len(layers) - at) // 2) + 1):
        unit, times = layers[at : at + period], 1
        while layers[at + times * period : at + (times + 1) * period] == unit:
            times += 1
        worth = times > 2 or (times > 1 and any(isinstance(layer, Branches) for layer in unit))
        if worth and period * (times - 1) > best[0] * (best[1] - 1):
            best = (period, times)
    return best


def _branched(layer: Branches) -> list[str]:
    name = f"{layer.name}: " if layer.name else ""
    first, *others = layer.branches
    if layer.join == "aside":
        return [f"{name}aside {{", *_indented(first), "}"]
    if layer.join == "add" and first and len(others) == 1:
        return [f"{name}residual {{", *_indented(first), *_shortcut(others[0])]
    if layer.join == "concat" and not first and len(others) == 1:
        return [f"{name}dense {{", *_indented(others[0]), "}"]
    lines = [f"{name}{layer.join} {{"]
    for branch in layer.branches:
        lines += [f"{INDENT}branch {{", *(INDENT + line for line in _indented(branch)), f"{INDENT}}}"]
    return [*lines, "}"]


def _shortcut(layers: tuple[Layer, ...]) -> list[str]:
    return ["} shortcut {", *_indented(layers), "}"] if layers else ["}"]


def _indented(layers: tuple[Layer, ...]) -> list[str]:
    return [INDENT + line for line in _lines(layers)]


def _line(layer: Layer) -> str:
    words = WORDS[type(layer)](layer)
    return f"{layer.name}: {words}" if layer.name else words


def _conv(layer: Conv) -> str:
    depthwise = layer.out == 0 and layer.groups == 0
    words = f"depthwise {layer.kernel}" if depthwise else f"conv {layer.out} {layer.kernel}"
    words += _settings(layer, s="stride", p="padding", d="dilation")
    return words + ("" if depthwise else _settings(layer, g="groups")) + _bias(layer)


def _pool(layer: Pool) -> str:
    word = {"max": "pool", "average": "avgpool", "lp": "lppool"}[layer.mode]
    return f"{word} {layer.kernel}{_settings(layer, s='stride', p='padding')}{' ceil' if layer.ceil else ''}"


def _adaptive(layer: AdaptivePool) -> str:
    word = "global" if layer.size == 1 else f"adaptive {layer.size}"
    return word + (" max" if layer.mode == "max" else "")


def _partial(layer: PartialConv) -> str:
    return f"partial {layer.kernel} " + " ".join(",".join(map(str, row)) for row in layer.table)


def _settings(layer: Layer, **letters: str) -> str:
    """The settings that are not as usual, each as its letter and number."""
    usual = {name: field.default for name, field in layer.__dataclass_fields__.items()}
    values = {letter: (getattr(layer, name), usual[name]) for letter, name in letters.items()}
    return "".join(f" {letter}{value}" for letter, (value, default) in values.items() if value != default)


def _bias(layer: Conv | Linear) -> str:
    return "" if layer.bias else " nobias"


WORDS: dict[type[Layer], Callable[[Any], str]] = {
    Conv: _conv,
    PartialConv: _partial,
    Pool: _pool,
    AdaptivePool: _adaptive,
    Linear: lambda layer: f"fc {layer.out}{_bias(layer)}",
    BatchNorm: lambda _: "bn",
    LRN: lambda layer: f"lrn {layer.size}",
    Activation: lambda layer: str(layer.function),
    Dropout: lambda layer: f"dropout {layer.rate:g}",
    Flatten: lambda _: "flatten",
    SqueezeExcite: lambda layer: f"se {layer.squeeze}",
    Identity: lambda layer: f"identity {layer.out}{_settings(layer, s='stride')}",
    Subsample: lambda layer: f"subsample {layer.kernel}",
    RadialBasis: lambda layer: f"rbf {layer.out}",
}
