"""What a step on one picture does to the loss of other pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.generated import CLASSES, shapes
from cnnviz.scores.classifier import Classifier, stretched
from cnnviz.scores.losses import gradient, log_softmax

__all__ = ["CLASSES", "losses"]

Array = NDArray[np.float64]
COUNT = 200


@lru_cache(maxsize=1)
def _others() -> tuple[Array, NDArray[np.int64]]:
    """Generated shapes ``(200, 3072)`` that no classifier has seen, with their labels: 5 MB."""
    data = shapes(COUNT, seed=4)
    return stretched(np.stack(data.images)), data.labels


def losses(classifier: Classifier, x: Array, label: int, *, rates: Sequence[float]) -> list[float]:
    """Mean cross-entropy of 200 generated shapes after one step on ``x``, for each learning rate.

    The step is of rank one, so the scores move by ``−η·(p − y)·(⟨x, x'⟩ + 1)``: one product serves all rates.
    """
    pixels, labels = _others()
    scores = classifier.scores(pixels)
    push = np.outer(pixels @ x + 1, gradient(classifier.scores(x), label))
    rows = np.arange(len(labels))
    return [float(-log_softmax(scores - rate * push)[rows, labels].mean()) for rate in rates]
