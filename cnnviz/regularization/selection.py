"""Choosing a model by the points that should judge it: the winner's number is too good, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.regularization.errors import BadRegularization

Array = NDArray[np.float64]


def expected_best(models: int, count: int, accuracy: float) -> float:
    """Expected accuracy of the best of k models on n test points, all of the same true accuracy and independent.

    The number of right answers is binomial, so E[max] = Σ_{j<n} (1 − F(j)ᵏ) / n, exactly.
    Raises :class:`BadRegularization` for counts below 1 or an accuracy outside 0…1.
    """
    _check(models, count, accuracy)
    return float(np.sum(1.0 - _distribution(count, accuracy)[:-1] ** models) / count)


def _distribution(count: int, accuracy: float) -> Array:
    """F(0), …, F(n) of the binomial distribution, from logarithms: n may be thousands."""
    if accuracy in (0.0, 1.0):
        return np.array([*[1.0 if accuracy == 0 else 0.0] * count, 1.0])
    chosen = [math.lgamma(count + 1) - math.lgamma(j + 1) - math.lgamma(count - j + 1) for j in range(count + 1)]
    j = np.arange(count + 1)
    logarithms = np.array(chosen) + j * math.log(accuracy) + (count - j) * math.log1p(-accuracy)
    return np.asarray(np.minimum(np.cumsum(np.exp(logarithms)), 1.0))


@dataclass(frozen=True)
class Contest:
    """Accuracies ``(repeats,)`` of the winner: on the points that chose it, and on as many fresh ones."""

    chosen_by: Array
    fresh: Array


def contest(models: int, count: int, accuracy: float, *, repeats: int, seed: int) -> Contest:
    """Let the best of k equal models on n points win, many times; fresh points show what the winner is worth."""
    _check(models, count, accuracy)
    random = np.random.default_rng(seed)
    scores = random.binomial(count, accuracy, size=(repeats, models)) / count
    return Contest(scores.max(axis=1), random.binomial(count, accuracy, size=repeats) / count)


def _check(models: int, count: int, accuracy: float) -> None:
    if models < 1 or count < 1 or not 0 <= accuracy <= 1:
        raise BadRegularization("a contest needs at least 1 model, 1 test point, and an accuracy from 0 to 1")
