"""Weight decay: the pull on a weight in every step, alone, against a gradient, and under Adam.

Krogh & Hertz 1991; Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.regularization.errors import BadRegularization

Array = NDArray[np.float64]


def step(w: Array, gradient: Array, *, rate: float, decay: float) -> Array:
    """One step of descent on L + λ/2·‖w‖²: w ← (1 − η λ) w − η g, as ``torch.optim.SGD(weight_decay=λ)``."""
    return (1.0 - rate * decay) * w - rate * gradient


def alone(w: float, *, rate: float, decay: float, steps: int) -> Array:
    """A weight that no example pulls on: w·(1 − η λ)ᵗ for t = 0 … steps."""
    return np.asarray(w * (1.0 - rate * decay) ** np.arange(steps + 1))


def half_life(rate: float, decay: float) -> float:
    """Steps after which a weight without a gradient is half as large: ln ½ / ln(1 − η λ); infinite without decay.

    Raises :class:`BadRegularization` unless 0 ≤ η λ < 1.
    """
    if not 0 <= rate * decay < 1:
        raise BadRegularization("rate times decay must be below 1, or the weight changes its sign; make one smaller")
    return float(np.log(0.5) / np.log1p(-rate * decay)) if rate * decay else float("inf")


@dataclass(frozen=True)
class Valley:
    """A loss a/2·(w − w*)²: how much the examples insist (``curvature`` a) and on what (``wanted`` w*)."""

    curvature: float
    wanted: float


def against(valley: Valley, w: float, *, rate: float, decay: float, steps: int) -> Array:
    """Gradient descent with weight decay on a valley, t = 0 … steps, in closed form.

    It ends at a/(a + λ)·w*; what is left of the way there shrinks by 1 − η(a + λ) per step.
    """
    end = rest(valley, decay)
    return np.asarray(end + (w - end) * (1.0 - rate * (valley.curvature + decay)) ** np.arange(steps + 1))


def rest(valley: Valley, decay: float) -> float:
    """Where the examples' pull and the decay's balance: a/(a + λ)·w*."""
    total = valley.curvature + decay
    return valley.curvature * valley.wanted / total if total else valley.wanted


def adam(
    w: float, gradient: Callable[[int], float], *, rate: float, decay: float, steps: int, decoupled: bool
) -> float:
    """One weight after ``steps`` of Adam (0.9, 0.999, 1e-8), the decay in the loss or, decoupled, in the step (AdamW).

    ``gradient(t)``, t = 1 …, is what the examples ask for. Equal to ``torch.optim.Adam`` and ``AdamW``.
    """
    mean = square = 0.0
    for t in range(1, steps + 1):
        g = gradient(t)
        if decoupled:
            w *= 1.0 - rate * decay
        else:
            g += decay * w
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
        w -= rate * (mean / (1 - 0.9**t)) / ((square / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return w
