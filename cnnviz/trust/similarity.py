"""How much two maps agree: in the order of their cells, and in how they look."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
WINDOW = 7  # side of the window of the structural similarity, in pixels
STABLE = ((0.01) ** 2, (0.03) ** 2)  # (K₁L)², (K₂L)² of the paper, for values from 0 to 1


def rank_correlation(first: Array, second: Array) -> float:
    r"""Spearman's :math:`\rho`: the correlation of the ranks, −1 … 1; equal values share their mean rank.

    0 if one of them is constant: it has no order to agree with.
    """
    a, b = (_ranks(np.asarray(values, dtype=np.float64).ravel()) for values in (first, second))
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length > 0 else 0.0


def structural_similarity(first: Array, second: Array) -> float:
    r"""SSIM of Wang et al. 2004 for two maps ``(h, w)`` of the same shape, each first scaled to 0 … 1; 1 if alike.

    .. math:: \frac{(2\mu_a\mu_b + C_1)(2\sigma_{ab} + C_2)}{(\mu_a^2 + \mu_b^2 + C_1)(\sigma_a^2 + \sigma_b^2 + C_2)}

    with mean and unbiased (co)variance over windows of 7×7, averaged over all windows that fit. Smaller maps must be
    upsampled first: ValueError.
    """
    a, b = (_unit(np.asarray(values, dtype=np.float64)) for values in (first, second))
    if a.shape != b.shape or min(a.shape) < WINDOW:
        raise ValueError(f"maps of {a.shape} and {b.shape}; give two of the same size, at least {WINDOW}×{WINDOW}")
    mean_a, mean_b = _means(a), _means(b)
    unbiased = WINDOW**2 / (WINDOW**2 - 1)
    spread = unbiased * (_means(a * a) - mean_a**2 + _means(b * b) - mean_b**2)
    together = unbiased * (_means(a * b) - mean_a * mean_b)
    c1, c2 = STABLE
    found = (2 * mean_a * mean_b + c1) * (2 * together + c2) / ((mean_a**2 + mean_b**2 + c1) * (spread + c2))
    return float(found.mean())


def _ranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Array = (last - (counts - 1) / 2)[inverse]
    return ranks


def _unit(values: Array) -> Array:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def _means(values: Array) -> Array:
    """Means over all windows that fit."""
    edge = WINDOW // 2
    return np.asarray(cv2.blur(values, (WINDOW, WINDOW)), np.float64)[edge:-edge, edge:-edge]
