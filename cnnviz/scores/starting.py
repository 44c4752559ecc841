"""The loss of a classifier with random weights: ln C for small ones, and how it grows with their size."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.generated import shapes
from cnnviz.scores.classifier import SIDE, stretched

Array = NDArray[np.float64]
PICTURES = 60
SCALES = tuple(float(s) for s in np.geomspace(1e-5, 1, 41))
TORCH = (3 * 3 * SIDE * SIDE) ** -0.5  # nn.Linear draws from ±1/√3072: this is the standard deviation


@lru_cache(maxsize=8)
def measured(classes: int, *, seeds: int = 12) -> tuple[Array, float]:
    """Mean loss per seed and scale, ``(seeds, len(SCALES))``, and the mean of ``|x|²`` over the pictures.

    Pictures are generated shapes; with other than ten classes each gets a random one. 0.3 s for 1,000 classes.
    """
    data = shapes(PICTURES, seed=3)
    x = stretched(np.stack(data.images))
    random = np.random.default_rng(classes)
    labels = data.labels if classes == len(data.classes) else random.integers(0, classes, PICTURES)
    losses = np.array([_losses(x, labels, random.standard_normal((classes, x.shape[1]))) for _ in range(seeds)])
    losses.flags.writeable = False
    return losses, float((x**2).sum(axis=1).mean())


def _losses(x: Array, labels: NDArray[np.int64], weights: Array) -> Array:
    """One matrix product serves all scales: the scores are proportional to them."""
    scores = x @ weights.T
    scores -= scores.max(axis=1, keepdims=True)
    own = scores[np.arange(len(x)), labels]
    return np.array([np.mean(np.log(np.exp(s * scores).sum(axis=1)) - s * own) for s in SCALES])


def expected(classes: int, *, scale: float, length: float) -> float:
    """``ln C + (1 − 1/C)·σ²/2`` with ``σ² = scale²·|x|²``: the loss for small random weights, to second order."""
    return float(np.log(classes) + (1 - 1 / classes) * scale**2 * length / 2)
