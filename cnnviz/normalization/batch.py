"""The batch normalizing transform of Ioffe & Szegedy 2015, algorithm 1, for features and for maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
EPS = 1e-5  # torch's default


class BadBatch(ValueError):
    """Numbers that cannot be normalized; the message tells what to change."""


@dataclass(frozen=True)
class Forward:
    """Every intermediate of one pass. ``mean`` and ``variance`` have one number per feature ``(D,)``.

    ``centred``, ``normalized`` and ``output`` have the shape of the input.
    """

    mean: Array
    variance: Array
    centred: Array
    normalized: Array
    output: Array


def forward(x: ArrayLike, *, gamma: ArrayLike = 1.0, beta: ArrayLike = 0.0, eps: float = EPS) -> Forward:
    """Normalize every feature over its batch (https://arxiv.org/abs/1502.03167).

    μ = Σ xᵢ / m, σ² = Σ (xᵢ − μ)² / m (biased), x̂ᵢ = (xᵢ − μ) / √(σ² + ε), yᵢ = γ x̂ᵢ + β.
    ``x`` is ``(N,)`` for one feature, ``(N, D)``, or ``(N, C, H, W)``: then m = N·H·W numbers share a channel's mean.
    A batch of one number per feature is all β, whatever the number is. Raises :class:`BadBatch`.

    >>> forward([1.0, 2.0, 3.0, 4.0], gamma=2.0, beta=1.0, eps=0.0).output.round(4).tolist()
    [-1.6833, 0.1056, 1.8944, 3.6833]
    """
    values = batch(x)
    over = axes(values)
    mean, variance = values.mean(axis=over), values.var(axis=over)
    return transform(values, mean, variance, gamma=gamma, beta=beta, eps=eps)


def transform(x: Array, mean: Array, variance: Array, *, gamma: ArrayLike, beta: ArrayLike, eps: float) -> Forward:
    """The same steps with a mean and a variance from elsewhere."""
    centred = x - along(x, mean)
    with np.errstate(divide="ignore", invalid="ignore"):  # σ² + ε = 0: 0/0 is a lesson, not a crash
        normalized = centred / np.sqrt(along(x, variance) + eps)
    output = along(x, gamma) * normalized + along(x, beta)
    return Forward(np.asarray(mean), np.asarray(variance), centred, normalized, output)


def batch(x: ArrayLike) -> Array:
    """``x`` as float64 with a batch axis. Raises :class:`BadBatch`."""
    values = np.asarray(x, dtype=np.float64)
    if not values.ndim or not values.size:
        raise BadBatch("There is nothing to normalize: give a batch of at least one number")
    return values


def axes(x: Array) -> tuple[int, ...]:
    """The axes that share a mean: all but axis 1, which counts the features."""
    return tuple(axis for axis in range(x.ndim) if axis != 1)


def count(x: Array) -> int:
    """m: how many numbers share one mean."""
    return int(np.prod([x.shape[axis] for axis in axes(x)]))


def along(x: Array, per_feature: ArrayLike) -> Array:
    """One number per feature, shaped to meet ``x``. Raises :class:`BadBatch` if there are more or fewer features."""
    values = np.asarray(per_feature, dtype=np.float64)
    if not values.ndim or x.ndim == 1:
        return values
    if values.shape != x.shape[1:2]:
        raise BadBatch(f"There are {x.shape[1]} features: give as many of γ, β, μ and σ², or one for all")
    return values.reshape(-1, *[1] * (x.ndim - 2))
