"""From scores to a loss: softmax with temperature, cross-entropy, its gradient p − y, and the hinge beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.scores.errors import BadScores

Array = NDArray[np.float64]


def log_softmax(scores: Array, *, temperature: float = 1.0) -> Array:
    """``ln p_k = z_k/T − ln Σ exp(z_j/T)`` over the last axis, in nats.

    The largest score is subtracted first, so that nothing overflows: with scores of 1000 too. Raises
    :class:`BadScores` for a temperature that is not positive or scores that are not finite.
    """
    if not temperature > 0:
        raise BadScores("the temperature divides the scores: give one above 0")
    if not np.isfinite(scores).all():
        raise BadScores("a score is not finite: write numbers like 3, -1 or 0.5")
    scaled = (scores - scores.max(axis=-1, keepdims=True)) / temperature
    return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True)))


def softmax(scores: Array, *, temperature: float = 1.0) -> Array:
    """Probabilities over the last axis: ``p_k = exp(z_k/T) / Σ exp(z_j/T)`` (Bridle 1990)."""
    return np.exp(log_softmax(scores, temperature=temperature))


def cross_entropy(scores: Array, label: int, *, temperature: float = 1.0) -> float:
    """``−ln p_y`` of one vector of scores, in nats; ``ln C`` if all ``C`` scores are equal."""
    _known(scores, label)
    return float(-log_softmax(scores, temperature=temperature)[label])


def gradient(scores: Array, label: int, *, temperature: float = 1.0) -> Array:
    """``∂L/∂z = (p − y)/T`` with ``y`` one at the label, else zero; it sums to zero."""
    _known(scores, label)
    slope = softmax(scores, temperature=temperature)
    slope[label] -= 1
    return slope / temperature


def hinge(scores: Array, label: int, *, margin: float = 1.0) -> tuple[float, Array]:
    """``Σ_{j≠y} max(0, z_j − z_y + m)`` and its gradient (Weston & Watkins 1999).

    Zero, and without any gradient, once the true class leads all others by the margin.
    """
    _known(scores, label)
    excess = scores - scores[label] + margin
    excess[label] = 0
    slope = (excess > 0).astype(np.float64)
    slope[label] = -slope.sum()
    return float(np.maximum(excess, 0).sum()), slope


def _known(scores: Array, label: int) -> None:
    if not 0 <= label < scores.shape[-1]:
        raise BadScores(f"there is no class {label}: choose 0 to {scores.shape[-1] - 1}")
