"""Points before a network sees them: moved to zero, scaled, or turned; fitted on some points, applied to any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WAYS = {
    "original": "as they are",
    "centred": "zero-centred",
    "standardized": "standardized",
    "range": "min–max",
    "whitened": "PCA-whitened",
}
_TINY = 1e-12  # a feature that never changes is left at zero instead of divided by zero


@dataclass(frozen=True)
class Fitted:
    """What was measured on the training points ``(N, D)``: one number per feature, and the axes of the cloud."""

    mean: Array
    deviation: Array
    low: Array
    high: Array
    axes: Array
    spread: Array


def fit(points: Array) -> Fitted:
    """Measure ``points`` ``(N, D)``. The deviation divides by N, as scikit-learn's ``StandardScaler`` does."""
    mean = points.mean(axis=0)
    centred = points - mean
    variance, axes = np.linalg.eigh(centred.T @ centred / len(points))
    return Fitted(
        mean, points.std(axis=0), points.min(axis=0), points.max(axis=0), axes, np.sqrt(np.maximum(variance, 0))
    )


def apply(points: Array, fitted: Fitted, way: str) -> Array:
    r"""Points ``(M, D)`` by one of :data:`WAYS`.

    Zero-centred x − μ; standardized (x − μ)/σ; min–max (x − min)/(max − min); whitened
    :math:`(x - \mu)\,U\,\Lambda^{-1/2}` with the covariance's eigenvectors U (LeCun et al. 1998, §4.3).
    """
    centred = points - fitted.mean
    if way == "original":
        return points.copy()
    if way == "centred":
        return centred
    if way == "standardized":
        return centred / np.maximum(fitted.deviation, _TINY)
    if way == "range":
        return (points - fitted.low) / np.maximum(fitted.high - fitted.low, _TINY)
    if way == "whitened":
        whitened: Array = centred @ fitted.axes / np.maximum(fitted.spread, _TINY)
        return whitened
    raise ValueError(f"no preprocessing is called {way!r}; there are: {', '.join(WAYS)}")


def condition(points: Array) -> float:
    """Condition number of the Hessian of a linear fit with a bias, (1/N) X̃ᵀX̃ with X̃ = (x, 1).

    The squared ratio of the design's largest to its smallest singular value: gradient descent needs a number of steps
    proportional to it. Infinite if a feature is a copy of another or never changes.
    """
    design = np.column_stack([points, np.ones(len(points))])
    values = np.linalg.svd(design, compute_uv=False)
    return float((values[0] / values[-1]) ** 2) if values[-1] > 0 else float("inf")


def cloud(*, mean: tuple[float, float], deviation: tuple[float, float], slope: float, count: int = 200) -> Array:
    """Gaussian points ``(count, 2)`` of correlation ``slope``; the same standard ones, moved and scaled."""
    standard = np.random.default_rng(3).standard_normal((count, 2))
    standard = (standard - standard.mean(axis=0)) / standard.std(axis=0)
    second = slope * standard[:, 0] + np.sqrt(1 - slope**2) * standard[:, 1]
    moved: Array = np.column_stack([standard[:, 0], second]) * np.array(deviation) + np.array(mean)
    return moved


def ranges(count: int = 200) -> Array:
    """Deck D2's two features, uniform: x₁ in [1000, 2000] and x₂ in [0.1, 0.5]. ``(count, 2)``."""
    return np.random.default_rng(5).uniform((1000, 0.1), (2000, 0.5), (count, 2))
