"""Ridge regression: weight decay on a linear fit in closed form, direction by direction; early stopping does alike.

Hastie, Tibshirani & Friedman 2009, §3.4.1; Goodfellow et al. 2016, §7.1 and §7.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.regularization.errors import BadRegularization

Array = NDArray[np.float64]


def polynomial(x: Array, degree: int) -> Array:
    """Design matrix ``(N, degree + 1)`` of 1, x, x², …: columns so alike that some directions hardly show."""
    return np.vander(x, degree + 1, increasing=True)


@dataclass(frozen=True)
class Fit:
    """A linear fit seen along the directions of its data: X = U diag(d) Vᵀ.

    ``singular`` are d, largest first; ``wanted`` is what plain least squares gives along each direction; ``factors``
    are what is left of it.
    """

    directions: Array
    singular: Array
    wanted: Array
    factors: Array

    @property
    def weights(self) -> Array:
        """The weights of the fit: V·(factors · wanted)."""
        return self.directions.T @ (self.factors * self.wanted)

    @property
    def degrees(self) -> float:
        """Effective degrees of freedom: the sum of the factors, from 0 to the number of weights."""
        return float(self.factors.sum())


def fit(design: Array, y: Array, *, decay: float) -> Fit:
    """Weights that minimize ½‖Xw − y‖² + λ/2·‖w‖²: along each direction d²/(d² + λ) of plain least squares.

    Raises :class:`BadRegularization` for a negative λ.
    """
    if decay < 0:
        raise BadRegularization("a negative decay would push weights away from 0; choose 0 or more")
    return _along(design, y, lambda d: d**2 / (d**2 + decay))


def descended(design: Array, y: Array, *, rate: float, steps: int) -> Fit:
    """The same fit by gradient descent from 0, stopped early: along each direction 1 − (1 − η d²)ᵗ of least squares."""
    return _along(design, y, lambda d: 1.0 - (1.0 - rate * d**2) ** steps)


def _along(design: Array, y: Array, factors: Callable[[Array], Array]) -> Fit:
    left, d, right = np.linalg.svd(design, full_matrices=False)
    seen = d > d[0] * 1e-12  # a direction that no example shows stays at 0
    left, d, right = left[:, seen], d[seen], right[seen]
    return Fit(right, d, (left.T @ y) / d, factors(d))
