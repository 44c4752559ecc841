"""What evaluation uses instead of the batch: averages of mean and variance that run along with the training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.normalization.batch import EPS, BadBatch, Forward, along, axes, batch, count, transform

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Running:
    """Running mean and variance, one number per feature ``(D,)``, after so many batches."""

    mean: Array
    variance: Array
    batches: int = 0


def fresh(features: int | None = None) -> Running:
    """Before the first batch: mean 0, variance 1, as in PyTorch. ``None`` is the one feature of a ``(N,)`` batch."""
    shape = () if features is None else (features,)
    return Running(np.zeros(shape), np.ones(shape))


def update(running: Running, x: ArrayLike, momentum: float | None = 0.1) -> Running:
    """One batch more, r ← (1 − m) r + m · new: PyTorch's convention, in which the momentum weighs what is *new*.

    What runs is the *unbiased* variance Σ (xᵢ − μ)² / (m − 1), although the batch itself is normalized with the biased
    one. ``None`` averages all batches alike (weight 1/k at the k-th). Raises :class:`BadBatch` for one number per
    feature: it has no unbiased variance, and ``torch.nn.BatchNorm1d`` refuses it.
    """
    values = batch(x)
    if count(values) < 2:
        raise BadBatch("One number has no spread to learn from: train with at least 2 per feature, as PyTorch demands")
    weight = 1 / (running.batches + 1) if momentum is None else momentum
    mean, variance = values.mean(axis=axes(values)), values.var(axis=axes(values), ddof=1)
    return Running(
        (1 - weight) * running.mean + weight * mean,
        (1 - weight) * running.variance + weight * variance,
        running.batches + 1,
    )


def evaluate(
    x: ArrayLike, running: Running, *, gamma: ArrayLike = 1.0, beta: ArrayLike = 0.0, eps: float = EPS
) -> Forward:
    """The same transform with the running statistics: each number by itself, whoever shares its batch."""
    return transform(batch(x), running.mean, running.variance, gamma=gamma, beta=beta, eps=eps)


def evaluate_backward(upstream: ArrayLike, running: Running, *, gamma: ArrayLike = 1.0, eps: float = EPS) -> Array:
    """∂ℓ/∂x in evaluation: γ / √(σ² + ε) · ∂ℓ/∂y, for the statistics are constants there."""
    g = batch(upstream)
    slope: Array = along(g, gamma) / np.sqrt(along(g, running.variance) + eps)
    return slope * g
