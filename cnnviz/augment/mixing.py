"""Two pictures become one, and so do their labels: mixup and cutmix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import Image, Random, Size


@dataclass(frozen=True)
class Mixup:
    """How much of the first picture is in every pixel, and in the label."""

    share: float


@dataclass(frozen=True)
class Cutmix:
    """The rectangle that the second picture takes, and the share of the first that is left."""

    top: int
    left: int
    height: int
    width: int
    share: float


def draw_mixup(alpha: float, rng: Random) -> Mixup:
    """λ ~ Beta(α, α): a small α leaves most pictures nearly alone, 1 draws any share equally often."""
    return Mixup(round(float(rng.beta(alpha, alpha)), 3))


def mixup(first: Image, second: Image, record: Mixup) -> Image:
    """λ · first + (1 − λ) · second, both ``(H, W, 3)``. Zhang et al. 2018."""
    share = np.float32(record.share)
    return np.rint(share * first + (1 - share) * second).astype(np.uint8)


def draw_cutmix(alpha: float, rng: Random, size: Size) -> Cutmix:
    """A rectangle of the picture's shape and of 1 − λ of its area about any pixel, clipped; λ is counted again."""
    side = math.sqrt(1 - rng.beta(alpha, alpha))
    spans = []
    for length in size:
        middle, half = int(rng.random() * length), int(length * side) // 2
        spans.append((max(0, middle - half), min(length, middle + half)))
    (top, bottom), (left, right) = spans
    area = (bottom - top) * (right - left)
    return Cutmix(top, left, bottom - top, right - left, 1 - area / (size[0] * size[1]))


def cutmix(first: Image, second: Image, record: Cutmix) -> Image:
    """The first picture with a rectangle of the second. Yun et al. 2019."""
    mixed = first.copy()
    part = (slice(record.top, record.top + record.height), slice(record.left, record.left + record.width))
    mixed[part] = second[part]
    return mixed


def alike(picture: Image, size: Size) -> Image:
    """The middle of ``picture`` in the shape of ``size``, scaled to it: a partner needs the same number of pixels."""
    import cv2

    scale = max(size[0] / picture.shape[0], size[1] / picture.shape[1])
    rows, columns = (max(1, min(picture.shape[axis], round(size[axis] / scale))) for axis in (0, 1))
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    part = picture[top : top + rows, left : left + columns]
    return np.asarray(cv2.resize(part, (size[1], size[0]), interpolation=cv2.INTER_AREA), dtype=np.uint8)
