"""The way back through batch normalization: the six equations of Ioffe & Szegedy 2015, section 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.normalization.batch import EPS, BadBatch, along, axes, batch, count, forward

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Backward:
    """The gradients, named after what they belong to: ``normalized`` is ∂ℓ/∂x̂, ``input`` is ∂ℓ/∂x.

    ``mean`` is ∂ℓ/∂μ as deck D1 writes it; the paper adds ``vanishing``, ∂ℓ/∂σ² · Σ −2(xᵢ − μ)/m, which is 0 for
    every batch. What is per feature has shape ``(D,)``, the rest the shape of the input.
    """

    normalized: Array
    variance: Array
    mean: Array
    vanishing: Array
    input: Array
    gamma: Array
    beta: Array


def backward(x: ArrayLike, upstream: ArrayLike, *, gamma: ArrayLike = 1.0, eps: float = EPS) -> Backward:
    """From ``upstream`` = ∂ℓ/∂y to all gradients, in training: μ and σ² depend on every number of the batch.

    ∂ℓ/∂x̂ᵢ = ∂ℓ/∂yᵢ · γ
    ∂ℓ/∂σ² = Σ ∂ℓ/∂x̂ᵢ · (xᵢ − μ) · −½ (σ² + ε)^(−3/2)
    ∂ℓ/∂μ = Σ ∂ℓ/∂x̂ᵢ · −1/√(σ² + ε)  (+ ∂ℓ/∂σ² · Σ −2(xᵢ − μ)/m, which is 0)
    ∂ℓ/∂xᵢ = ∂ℓ/∂x̂ᵢ / √(σ² + ε) + ∂ℓ/∂σ² · 2(xᵢ − μ)/m + ∂ℓ/∂μ / m
    ∂ℓ/∂γ = Σ ∂ℓ/∂yᵢ · x̂ᵢ, ∂ℓ/∂β = Σ ∂ℓ/∂yᵢ

    Shapes as in :func:`cnnviz.normalization.forward`. Raises :class:`BadBatch`.
    """
    values, g = batch(x), batch(upstream)
    if values.shape != g.shape:
        raise BadBatch(f"The batch has {values.size} numbers and the gradient {g.size}: give one for each")
    passed, over, m = forward(values, eps=eps), axes(values), count(values)
    with np.errstate(divide="ignore", invalid="ignore"):  # a batch without spread and ε = 0
        inverse = 1 / np.sqrt(passed.variance + eps)
        normalized = g * along(values, gamma)
        variance = (normalized * passed.centred).sum(axis=over) * -0.5 * inverse**3
        mean = -normalized.sum(axis=over) * inverse
        vanishing = variance * (-2 * passed.centred / m).sum(axis=over)
        spread = along(values, variance) * 2 * passed.centred / m
        inputs = normalized * along(values, inverse) + spread + along(values, mean) / m
    return Backward(
        normalized,
        np.asarray(variance),
        np.asarray(mean),
        np.asarray(vanishing),
        inputs,
        np.asarray((g * passed.normalized).sum(axis=over)),
        np.asarray(g.sum(axis=over)),
    )
