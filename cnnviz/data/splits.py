"""A data set as trainings take it: three parts of equal pictures with labels, and how the parts are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VALIDATION_SHARE = 0.1  # of the training images, where a set comes without validation images
VALIDATION_MOST = 5_000
TEST_SHARE = 0.2  # of all images, where a set comes in one piece
SEED = 1  # of every split made here


class BadData(ValueError):
    """A data set that cannot be used. The message is one sentence that tells the fix."""


@dataclass(frozen=True)
class Part:
    """``images`` uint8 ``(N, H, W, 3)`` and ``labels`` int64 ``(N,)``; perhaps mapped from a file, so not writable."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def taken(self, chosen: NDArray[np.int64]) -> Part:
        """The images ``chosen``, as a copy."""
        return Part(self.images[chosen], self.labels[chosen])


@dataclass(frozen=True)
class Splits:
    """``train`` to learn from, ``validation`` to choose by, ``test`` to judge by once; labels index ``classes``."""

    name: str
    title: str
    classes: tuple[str, ...]
    train: Part
    validation: Part
    test: Part

    @property
    def side(self) -> int:
        """Pixels along a side of the square images."""
        return int(self.train.images.shape[1])


def set_aside(part: Part, share: float, *, most: int = 10**9, seed: int = SEED) -> tuple[Part, Part]:
    """Split ``part`` into what stays and about ``share`` of each class, in all at most ``most`` images.

    Stratified: of n images of a class, round(n · share) are drawn without replacement by PCG64 of ``seed``, at least
    one and never all. What is cut keeps its order.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = np.unique(part.labels)
    aside = np.zeros(len(part), dtype=bool)
    for kind in kinds:
        mine = np.flatnonzero(part.labels == kind)
        count = min(max(1, round(len(mine) * share)), max(1, most // len(kinds)), len(mine) - 1)
        aside[rng.permutation(mine)[:count]] = True
    return part.taken(np.flatnonzero(~aside)), part.taken(np.flatnonzero(aside))


def shuffled(part: Part, *, seed: int = SEED) -> Part:
    """The same images in a random order, so that the first few hundred are a sample of all classes."""
    return part.taken(np.random.Generator(np.random.PCG64(seed)).permutation(len(part)))


def complete(found: dict[str, Part]) -> tuple[Part, Part, Part]:
    """Train, validation and test of the parts ``found`` under these names; what is missing is set aside from train.

    Test: 20 % of each class. Validation: 10 % of what is left, at most 5,000.
    """
    train = found["train"]
    if "test" not in found:
        train, found["test"] = set_aside(train, TEST_SHARE)
    if "validation" not in found:
        train, found["validation"] = set_aside(train, VALIDATION_SHARE, most=VALIDATION_MOST, seed=SEED + 1)
    return train, found["validation"], found["test"]
