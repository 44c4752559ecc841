"""What to notice about a pooling: sentences with its numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic.pooling import gradient
from cnnviz.ui.components.bars import percent
from cnnviz.ui.pooling.controls import Pooled


def notice(shown: Pooled) -> list[str]:
    """Sentences about this very pooling, the most telling first."""
    lines = [_kept(shown)]
    lines += _leftover(shown) + _overlap(shown) + _ties(shown) + _border(shown)
    if len(shown.x) > 1:
        lines.append(f"Each of the **{len(shown.x)} channels** is pooled by itself: pooling never mixes channels.")
    lines.append("It has **no weights**: nothing to learn, 0 parameters.")
    return lines


def _kept(shown: Pooled) -> str:
    into, out = shown.x.size, shown.output.size
    line = f"**{into}** numbers go in, **{out}** come out ({percent(out / into)})."
    if shown.layer.kind == "average":
        return (
            f"{line} Every number under a window has its share in one of them, and gets the same share of its gradient."
        )
    won = int((gradient(shown.x, shown.layer) > 0).sum())
    return f"{line} Only **{won}** of the {into} win a window; the other **{into - won}** get no gradient at all."


def _leftover(shown: Pooled) -> list[str]:
    touched = [_touched(shown, axis) for axis in (0, 1)]
    unseen = [int(n - seen.sum()) for n, seen in zip(shown.x.shape[1:], touched, strict=True)]
    if not any(unseen):
        return []
    between = any(s > d * (k - 1) + 1 for s, k, d in _axes(shown)) or max(shown.layer.dilation) > 1
    words = " and ".join(
        f"{count} {name}{'s' * (count > 1)}" for count, name in zip(unseen, ("row", "column"), strict=True) if count
    )
    fix = "move by less" if between else "keep the last, incomplete window, or add a border"
    return [f"**{words}** lie under no window: they are never looked at. To see them, {fix}."]


def _touched(shown: Pooled, axis: int) -> NDArray[np.bool_]:
    """Which rows (or columns) lie under a window."""
    n, (k, s, p, d) = (
        shown.x.shape[1 + axis],
        (getattr(shown.layer, name)[axis] for name in ("kernel", "stride", "padding", "dilation")),
    )
    places = (np.arange(shown.output.shape[1 + axis])[:, None] * s - p + np.arange(k) * d).ravel()
    seen = np.zeros(n, dtype=bool)
    seen[places[(places >= 0) & (places < n)]] = True
    return seen


def _axes(shown: Pooled) -> list[tuple[int, int, int]]:
    return list(zip(shown.layer.stride, shown.layer.kernel, shown.layer.dilation, strict=True))


def _overlap(shown: Pooled) -> list[str]:
    shared = max(k - s for s, k, _ in _axes(shown))
    if shown.whole or shared <= 0 or max(shown.layer.dilation) > 1 or shown.output[0].size == 1:
        return []
    line = f"Windows **overlap by {shared}**: a number under several windows collects the gradients of all of them"
    most = gradient(shown.x, shown.layer).max()
    return [f"{line}, here up to **{number(float(most))}**."]


def _ties(shown: Pooled) -> list[str]:
    if shown.layer.kind != "max":
        return []
    under = shown.patch
    equal = int((under.values == under.value).sum()) if under.winner else 0
    if equal < 2:
        return []
    row, column = under.winner or (0, 0)
    return [
        f"**{equal} numbers are equally large** here. PyTorch lets the first win, row {row}, column {column}, alone."
    ]


def _border(shown: Pooled) -> list[str]:
    if not any(shown.layer.padding):
        return []
    if shown.layer.kind == "max":
        return ["The border is **−∞**, so it never wins. Zeros would, wherever all numbers are negative."]
    if shown.layer.count_padding:
        return ["The border’s **zeros count**: averages at the edge are pulled towards 0. *More* can leave them out."]
    return ["The border does not count: a window at the edge is divided by fewer cells."]


def number(value: float) -> str:
    """A number as the formula writes it."""
    if np.isinf(value):
        return r"-\infty" if value < 0 else r"\infty"
    return f"{value:.0f}" if abs(value) >= 1e4 or value == round(value) else f"{value:.5g}"
