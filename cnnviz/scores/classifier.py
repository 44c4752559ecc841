"""A linear classifier of small pictures: each row of W is a template, each score a dot product with the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.images import Image, fit_shorter_side
from cnnviz.scores.errors import BadScores
from cnnviz.scores.losses import gradient

Array = NDArray[np.float64]
SIDE = 32


def stretched(image: Image) -> Array:
    """A picture uint8 ``(H, W, 3)`` as one vector in −1 … 1: all red values row by row, then green, then blue.

    That is the order of CIFAR-10's files and of ``Tensor.flatten`` on ``(3, H, W)``. Batches ``(N, H, W, 3)`` give
    ``(N, 3·H·W)``.
    """
    planes = np.moveaxis(image, -1, -3)
    return planes.reshape(*planes.shape[:-3], -1) / 127.5 - 1


def unstretched(vector: Array, side: int = SIDE) -> Array:
    """``(…, 3·side·side)`` as pictures ``(…, side, side, 3)``: how a row of W is looked at."""
    return np.moveaxis(vector.reshape(*vector.shape[:-1], 3, side, side), -3, -1)


@dataclass(frozen=True)
class Classifier:
    """``z = W·x + b``: weights ``(C, 3072)``, biases ``(C,)`` and the class names."""

    weights: Array
    bias: Array
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises :class:`BadScores` if the shapes do not fit together."""
        if self.weights.shape[:1] != self.bias.shape or len(self.classes) != len(self.bias):
            raise BadScores("weights, biases and class names must be equally many: one row per class")

    def scores(self, x: Array) -> Array:
        """``(C,)`` of one vector, ``(N, C)`` of ``(N, 3072)``."""
        return np.asarray(x @ self.weights.T + self.bias)

    def terms(self, x: Array, k: int) -> Array:
        """The products ``w_kd·x_d`` whose sum, plus ``b_k``, is the score of class ``k``."""
        return np.asarray(self.weights[k] * x)

    def step(self, x: Array, label: int, *, rate: float) -> Classifier:
        """One step of gradient descent on the cross-entropy of one picture.

        ``∂L/∂W = (p − y)·xᵀ`` and ``∂L/∂b = p − y``: every template gets a multiple of the picture itself.
        """
        slope = gradient(self.scores(x), label)
        return Classifier(self.weights - rate * np.outer(slope, x), self.bias - rate * slope, self.classes)


def untrained(classes: tuple[str, ...], *, scale: float, seed: int, size: int = 3 * SIDE * SIDE) -> Classifier:
    """Random normal weights of standard deviation ``scale`` and no bias: what a network starts from."""
    drawn = np.random.default_rng(seed).standard_normal((len(classes), size))
    return Classifier(scale * drawn, np.zeros(len(classes)), classes)


def pictures(weights: Array, *, side: int = SIDE) -> Image:
    """Rows of W as uint8 ``(C, side, side, 3)``: each symmetric about zero, which is mid gray, to its own largest."""
    most = np.abs(weights).max(axis=1, keepdims=True)
    scaled = weights / np.where(most > 0, most, 1)
    return np.rint(127.5 + 127.5 * unstretched(scaled, side)).astype(np.uint8)


def signed(weights: Array, *, side: int = SIDE) -> Array:
    """Rows of W summed over the three colours, ``(C, side, side)``: light speaks for (+) or against (−) the class."""
    return np.asarray(unstretched(weights, side).sum(axis=-1))


def small(image: Image, side: int = SIDE) -> Image:
    """The middle square of any picture, scaled to ``side`` pixels: what a classifier of 32×32 pictures gets to see."""
    scaled = fit_shorter_side(image, side)
    top, left = ((length - side) // 2 for length in scaled.shape[:2])
    return np.ascontiguousarray(scaled[top : top + side, left : left + side])
