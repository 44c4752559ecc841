"""Momentum on a quadratic, solved: when it converges, how fast, and which settings are best.

Along an eigenvector of curvature λ heavy-ball momentum with rate α and memory β is a linear recurrence in (z, w):
z ← βz + λw, w ← w − αz, with the matrix ((β, λ), (−αβ, 1 − αλ)). Goh 2017, https://distill.pub/2017/momentum; Polyak
1964.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def bound(beta: float, curvature: float) -> float:
    r"""The rate α at which momentum β starts to diverge: :math:`0 < \alpha\lambda < 2 + 2\beta` converges."""
    return (2 + 2 * beta) / curvature


def rate(alpha: float, beta: float, curvature: float) -> float:
    r"""The factor per step in the long run.

    The larger root of :math:`\sigma^2 - (1+\beta-\alpha\lambda)\sigma + \beta`. Two complex roots (oscillation) have
    the modulus :math:`\sqrt\beta`, whatever the rate.
    """
    trace = 1 + beta - alpha * curvature
    below = trace * trace - 4 * beta
    return math.sqrt(beta) if below < 0 else (abs(trace) + math.sqrt(below)) / 2


def slowest(alpha: float, beta: float, curvatures: Sequence[float]) -> float:
    """The rate of the whole path: that of its slowest direction."""
    return max(rate(alpha, beta, curvature) for curvature in curvatures)


def critical_beta(alpha: float, curvature: float) -> float:
    r"""The memory that just does not oscillate, :math:`(1 - \sqrt{\alpha\lambda})^2`: critical damping."""
    return (1 - math.sqrt(alpha * curvature)) ** 2


def optimal_momentum(least: float, most: float) -> tuple[float, float]:
    r"""The best α and β for curvatures between ``least`` and ``most``, λ₁ and λₙ.

    :math:`\alpha = (2/(\sqrt{\lambda_1}+\sqrt{\lambda_n}))^2`,
    :math:`\beta = ((\sqrt{\lambda_n}-\sqrt{\lambda_1})/(\sqrt{\lambda_n}+\sqrt{\lambda_1}))^2`.
    """
    small, large = math.sqrt(least), math.sqrt(most)
    return (2 / (small + large)) ** 2, ((large - small) / (large + small)) ** 2


def optimal_descent(least: float, most: float) -> float:
    r"""The best rate without momentum, :math:`2/(\lambda_1 + \lambda_n)`."""
    return 2 / (least + most)


def best_rates(kappa: float) -> tuple[float, float]:
    """The best factor per step without and with momentum: (κ−1)/(κ+1) and (√κ−1)/(√κ+1)."""
    root = math.sqrt(kappa)
    return (kappa - 1) / (kappa + 1), (root - 1) / (root + 1)


def measured_rate(path: Sequence[tuple[float, float]]) -> float | None:
    """The factor per step of a path towards (0, 0), fitted to its second half; None if there is too little of it.

    The least-squares slope of the logarithm of the distance: an oscillation averages out over many steps.
    """
    distances = [math.hypot(x, y) for x, y in path]
    points = [(k, math.log(d)) for k, d in enumerate(distances) if d > 1e-140]
    points = points[len(points) // 2 :]
    if len(points) < 8:
        return None
    middle = sum(k for k, _ in points) / len(points)
    height = sum(v for _, v in points) / len(points)
    slope = sum((k - middle) * (v - height) for k, v in points) / sum((k - middle) ** 2 for k, _ in points)
    return math.exp(slope)
