"""What to notice about a network before its first step: sentences with its numbers."""

from __future__ import annotations

import math

from cnnviz.signals import ACTIVATIONS, variance
from cnnviz.ui.vanishing.controls import FLOORS, Shown
from cnnviz.ui.vanishing.numbers import power, times

GONE, GROWN = 1e-3, 1e3  # of the gradient at the last layer: told as vanished, as exploded
EVEN = 0.01  # first weights' gradient against the last ones': less is told as standing still


def notice(shown: Shown) -> list[str]:
    """Sentences about this very network, the most telling first."""
    return [_left(shown), *_weights_and_slopes(shown), *_missing(shown), *_flat(shown), *_formats(shown)]


def _left(shown: Shown) -> str:
    flow, depth = shown.flow, shown.net.depth
    total, factor = flow.total, flow.factor
    layers = f"{depth} layer{'s' * (depth > 1)}"
    line = f"A layer passes **×{times(factor)}** of the gradient’s size on average; {layers} pass **{power(total)}**."
    if total < GONE:
        ratio = float(flow.weight[0] / flow.weight[-1]) if flow.weight[-1] else math.nan
        if not ratio < EVEN:
            return f"{line} The signal shrinks as well on its way forward, so **all** weights get next to nothing."
        return f"{line} The first weights’ gradient is **{power(ratio)}** of the last ones’: they stand still."
    if total > GROWN:
        return f"{line} It **explodes**: one step at a usual learning rate throws the first weights far away."
    if 0.1 <= total <= 10:
        return f"{line} First and last layers can learn at the same rate."
    return f"{line} The first layers can still learn."


def _weights_and_slopes(shown: Shown) -> list[str]:
    net = shown.net
    largest = ACTIVATIONS[net.activation].largest
    if net.norm:
        return ["With batch norm the size of the weights drops out: move σ or the gain, and the bars stay."]
    if net.residual:
        return ["The connection around each layer multiplies by **1**, whatever φ and the weights do."]
    size = math.sqrt(net.width * variance(net))
    limit = f"The slope is at most **{times(largest)}**, but the weights multiply too, by √(w σ²) = **{times(size)}**"
    return [f"{limit}: what counts is the product. {times(largest)}ⁿ is the bound of the slopes alone."]


def _missing(shown: Shown) -> list[str]:
    """The step that would help most, if one is needed."""
    net, total = shown.net, shown.flow.total
    if net.norm or net.residual or GONE <= total <= GROWN:
        return []
    relu = net.activation in ("relu", "leaky-relu")
    if relu:
        needed = math.sqrt(2.0 / net.width)
        return [
            f"ReLU passes all it gets only if σ = √(2/w) = **{needed:.2g}**; here it is {math.sqrt(variance(net)):.2g}."
        ]
    if total > GROWN:
        return ["Smaller weights, batch norm or Xavier’s or He’s first weights cure it."]
    return ["One switch cures it: batch norm, or residual connections, with the same φ and the same weights."]


def _flat(shown: Shown) -> list[str]:
    saturated, dead = float(shown.flow.saturated.mean()), float(shown.flow.dead.mean())
    lines = []
    if dead > 0.005:
        lines.append(f"**{dead:.0%}** of the units are dead here: their slope is 0 for all {shown.net.batch} examples.")
    if saturated > 0.005:
        lines.append(f"**{saturated:.0%}** of all slopes are below 0.01 in size.")
    return lines


def _formats(shown: Shown) -> list[str]:
    least = float(shown.flow.gradient.min())
    (half, _), (single, _) = FLOORS
    if 0 < least < single:
        return [
            "Even float32, PyTorch’s default, has only 0 for the smallest of these; this page calculates in float64."
        ]
    if 0 < least < half:
        return ["In float16 the smallest of these norms would be 0; this page calculates in float64."]
    return []
