"""Softmax regression: a linear classifier learns by mini-batch gradient descent, from zero weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.images import Image
from cnnviz.scores.classifier import Classifier

Array = NDArray[np.float64]
Single = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """How to learn: the rate falls to zero along a half cosine; ``decay`` pulls every weight towards 0."""

    steps: int
    batch: int
    rate: float
    decay: float
    momentum: float = 0.9
    scale: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Learned:
    """After ``step`` of ``steps`` steps: the classifier, and the loss of the batch that comes next."""

    step: int
    loss: float
    classifier: Classifier


def fit(images: Image, labels: NDArray[np.int64], classes: tuple[str, ...], *, recipe: Recipe) -> Iterator[Learned]:
    """Yield what is learned after 0, 1, … ``recipe.steps`` steps; arithmetic in float32.

    ``images`` uint8 ``(N, H, W, 3)``. Velocity ``v ← m·v + g``, weights ``W ← W − η·v`` with
    ``g = (p − y)·xᵀ + λ·W`` averaged over the batch; biases are not pulled.
    """
    random = np.random.default_rng(recipe.seed)
    size = int(np.prod(images.shape[1:]))
    weights = (recipe.scale * random.standard_normal((len(classes), size))).astype(np.float32)
    bias = np.zeros(len(classes), dtype=np.float32)
    drift, drift_bias = np.zeros_like(weights), np.zeros_like(bias)
    for step, batch in enumerate(_batches(len(images), recipe, random)):
        x = _single(images[batch])
        loss, slope = _slope(x @ weights.T + bias, labels[batch])
        yield Learned(step, loss, Classifier(weights.astype(np.float64), bias.astype(np.float64), classes))
        rate = np.float32(recipe.rate * 0.5 * (1 + np.cos(np.pi * step / recipe.steps)))
        drift = recipe.momentum * drift + slope.T @ x + recipe.decay * weights
        drift_bias = recipe.momentum * drift_bias + slope.sum(axis=0)
        weights, bias = weights - rate * drift, bias - rate * drift_bias


def _batches(count: int, recipe: Recipe, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """One batch more than there are steps; each pass through the data in a new order."""
    left = recipe.steps + 1
    while left > 0:
        order = random.permutation(count)
        for start in range(0, count - recipe.batch + 1, recipe.batch):
            if left > 0:
                yield order[start : start + recipe.batch]
                left -= 1


def _single(images: Image) -> Single:
    """:func:`cnnviz.scores.classifier.stretched` in float32, which takes a third of the time."""
    planes = np.moveaxis(images, -1, 1).reshape(len(images), -1).astype(np.float32)
    planes *= np.float32(1 / 127.5)
    planes -= 1
    return planes


def _slope(scores: Single, labels: NDArray[np.int64]) -> tuple[float, Single]:
    """The batch's mean cross-entropy, and ``(p − y)/N``."""
    logs = scores - scores.max(axis=1, keepdims=True)  # no check: a run that diverges is told, not stopped
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    slope = np.exp(logs)
    slope[rows, labels] -= 1
    return float(-logs[rows, labels].mean()), slope / np.float32(len(labels))


def measured(classifier: Classifier, images: Image, labels: NDArray[np.int64]) -> tuple[float, float]:
    """Mean cross-entropy over ``images``, and the share whose label has the largest score."""
    loss = right = 0.0
    weights, bias = classifier.weights.astype(np.float32), classifier.bias.astype(np.float32)
    for start in range(0, len(images), 500):
        part = slice(start, start + 500)
        scores = _single(images[part]) @ weights.T + bias
        mean, _ = _slope(scores, labels[part])
        loss += mean * len(scores)
        right += float((scores.argmax(axis=1) == labels[part]).sum())
    return loss / max(1, len(images)), right / max(1, len(images))
