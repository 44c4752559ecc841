"""Batches of photographs of different sizes: random view of each, prepared by threads while the network computes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.data.folders import Image, Labelled
from cnnviz.training.recipe import Recipe

ASPECT, ANGLE = (3 / 4, 4 / 3), 12.0


def view(image: Image, size: int, rng: np.random.Generator, *, area: tuple[float, float] = (0.25, 1.0)) -> Image:
    """A random view, ``(size, size, 3)``: crop of random area and aspect, perhaps mirrored, perhaps a little turned.

    One affine warp does it all, so every pixel is interpolated once.
    """
    height, width = image.shape[:2]
    shown = height * width * rng.uniform(*area)
    aspect = math.exp(rng.uniform(math.log(ASPECT[0]), math.log(ASPECT[1])))
    w, h = min(width, math.sqrt(shown * aspect)), min(height, math.sqrt(shown / aspect))
    cx, cy = rng.uniform(w / 2, width - w / 2), rng.uniform(h / 2, height - h / 2)
    turn = math.radians(rng.uniform(-ANGLE, ANGLE)) if rng.random() < 0.5 else 0.0
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = math.cos(turn), math.sin(turn)
    # maps a pixel of the view to a pixel of the image
    a, b, c, d = flip * w / size * cos, -h / size * sin, flip * w / size * sin, h / size * cos
    middle = (size - 1) / 2
    matrix = np.array([[a, b, cx - 0.5 - (a + b) * middle], [c, d, cy - 0.5 - (c + d) * middle]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101), dtype=np.uint8
    )


def draw(labels: NDArray[np.int64], recipe: Recipe, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices of one epoch, as many as there are images: a class is drawn by its size to the power ``balance``."""
    sizes = np.bincount(labels)
    share = sizes**recipe.balance / (sizes**recipe.balance).sum()
    parts = []
    for label, size in enumerate(sizes):
        wanted = share[label] * len(labels)
        count = int(wanted) + int(rng.random() < wanted % 1)
        own = np.flatnonzero(labels == label)
        rounds = [rng.permutation(own) for _ in range(-(-count // size))]
        parts.append(np.concatenate([*rounds, own[:0]])[:count])
    return rng.permutation(np.concatenate(parts))


def colour_jitter(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Scale brightness, contrast and saturation by random factors in ``1 ± strength``.

    All three are affine in the colour, so one 3×4 matrix per image does it in a single pass over the bytes.
    """
    brightness, contrast, saturation = rng.uniform(1 - strength, 1 + strength, 3)
    mixing = saturation * np.eye(3) + (1 - saturation) / 3
    middle = brightness * float(image.mean())
    matrix = np.column_stack([contrast * brightness * mixing, np.full(3, (1 - contrast) * middle)])
    return np.asarray(cv2.transform(image, matrix), dtype=np.uint8)


def epoch_batches(
    data: Labelled, recipe: Recipe, size: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``(pixels uint8 (B, 3, size, size) channels last, labels (B,))``, prepared two batches ahead."""
    cv2.setNumThreads(0)
    order = draw(data.labels, recipe, rng)
    chunks = [order[k : k + recipe.batch] for k in range(0, len(order) - recipe.batch + 1, recipe.batch)]
    seeds = rng.integers(0, 2**63, len(chunks))

    def prepare(chunk: NDArray[np.int64], seed: int) -> tuple[Tensor, Tensor]:
        own = np.random.default_rng(seed)
        views = [colour_jitter(view(data.images[k], size, own, area=recipe.area), recipe.jitter, own) for k in chunk]
        return torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2), torch.from_numpy(data.labels[chunk])

    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(prepare, chunk, int(seed)) for chunk, seed in zip(chunks[:2], seeds, strict=False)]
        for k in range(len(chunks)):
            ready = waiting.pop(0)
            if k + 2 < len(chunks):
                waiting.append(pool.submit(prepare, chunks[k + 2], int(seeds[k + 2])))
            yield ready.result()
