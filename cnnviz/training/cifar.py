"""Batches of small images of one size: the whole set in memory, each batch shifted and mirrored by one gather."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from cnnviz.data.folders import Labelled
from cnnviz.training.recipe import Recipe


class Resident:
    """A data set held as uint8 ``(N, H + 2·pad, W + 2·pad, 3)``, mirrored at the border, so that a shift is a crop."""

    def __init__(self, data: Labelled, *, pad: int) -> None:
        images = np.stack(data.images)
        self.side, self.pad = images.shape[1], pad
        border = ((0, 0), (pad, pad), (pad, pad), (0, 0))
        self.pixels = torch.from_numpy(np.pad(images, border, mode="reflect"))
        self.labels = torch.from_numpy(data.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def crops(
        self, chosen: Tensor, rng: np.random.Generator, *, side: int = 0, mirrored: Tensor | None = None
    ) -> Tensor:
        """Images ``chosen``, shifted by up to ``pad``: uint8 ``(B, 3, H, W)`` channels last.

        Those that are ``mirrored`` ``(B,)`` are; without it, half of them by chance. With a ``side`` smaller than
        theirs: a window of that side from anywhere in the shifted image.
        """
        side = side or self.side
        n, steps, places = len(chosen), torch.arange(side), 2 * self.pad + self.side - side + 1
        dy, dx = (torch.from_numpy(rng.integers(0, places, (n, 1))) for _ in range(2))
        if mirrored is None:
            mirrored = torch.from_numpy(rng.random(n) < 0.5)
        rows, columns = dy + steps, dx + torch.where(mirrored[:, None], side - 1 - steps, steps)
        return self.pixels[chosen[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(pixels: Tensor, side: int, rng: np.random.Generator) -> Tensor:
    """Blank a square of each image, centred anywhere (DeVries & Taylor 2017); ``pixels`` normalized, so blank is 0."""
    n, _, height, width = pixels.shape
    cy, cx = torch.from_numpy(rng.integers(0, height, (n, 1))), torch.from_numpy(rng.integers(0, width, (n, 1)))
    rows = (torch.arange(height) - cy + side // 2).div(side, rounding_mode="floor") == 0
    columns = (torch.arange(width) - cx + side // 2).div(side, rounding_mode="floor") == 0
    return pixels.masked_fill_((rows[:, :, None] & columns[:, None, :])[:, None], 0.0)


def epoch_batches(
    data: Resident, recipe: Recipe, rng: np.random.Generator, *, number: int = 0, side: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``(pixels uint8 (B, 3, H, W) channels last, labels (B,))`` for one epoch, without the last short batch.

    With ``recipe.alternate`` half the images are mirrored in epochs of even ``number``, the others in odd ones: two
    epochs show every image both ways, where chance shows half of them one way twice (Jordan 2024).
    """
    order = torch.from_numpy(rng.permutation(len(data)))
    first = torch.from_numpy(np.random.default_rng(recipe.seed).random(len(data)) < 0.5) if recipe.alternate else None
    for start in range(0, len(data) - recipe.batch + 1, recipe.batch):
        chosen = order[start : start + recipe.batch]
        mirrored = None if first is None else first[chosen] ^ bool(number % 2)
        yield data.crops(chosen, rng, side=side, mirrored=mirrored), data.labels[chosen]
