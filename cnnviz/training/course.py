"""Where a run is in its data: the order of an epoch, the next batch, and how much of the training is over."""

from __future__ import annotations

from collections import deque

import numpy as np
import torch
from torch import Tensor

from cnnviz.data.splits import Part
from cnnviz.training.config import Config
from cnnviz.training.feeding import Feeding

PREPARED = 1024  # images augmented at once
Batch = tuple[Tensor, Tensor, np.random.Generator]


def limited(part: Part, config: Config) -> Part:
    """As many images as ``limit`` allows, drawn by the seed, in their order."""
    if not 0 < config.limit < len(part):
        return part
    rows = np.random.default_rng([config.seed]).permutation(len(part))[: config.limit]
    return part.taken(np.sort(rows))


class Course:
    """Walks through the images ``epochs`` times, in whole batches.

    The order of an epoch depends on the seed and the epoch, the augmentation of a batch on both and on its number: a
    walk that begins at any ``step`` goes on as one that never stopped. ``epoch`` counts whole epochs, ``seen`` the
    images of this one, ``number`` its batches.
    """

    def __init__(self, config: Config, images: Feeding) -> None:
        self._config, self.images = config, images
        self.step = self.epoch = self.seen = self.number = 0
        self.batch = min(config.batch, len(images))
        self._order = (-1, torch.empty(0))
        self._ready: deque[Batch] = deque()

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches of an epoch."""
        return len(self.images) // self.batch

    @property
    def over(self) -> bool:
        """Whether this epoch has no whole batch left."""
        return self.seen + self.batch > len(self.images)

    @property
    def progress(self) -> float:
        """The share of the training that is over in the middle of the next step."""
        whole = self.steps_per_epoch * self.batch
        return min(1.0, (self.epoch + (self.seen + self.batch / 2) / whole) / self._config.epochs)

    def passes(self, ahead: int) -> float:
        """Epochs with their fraction, as they were ``ahead`` steps ago."""
        return self.epoch + (self.seen - ahead * self.batch) / len(self.images)

    def next(self) -> Batch:
        """Pixels uint8 and labels of the next batch, and its random numbers; the same until :meth:`go`."""
        if not self._ready:
            room = (len(self.images) - self.seen) // self.batch
            count = max(1, min(room, PREPARED // self.batch))
            seed, epoch = self._config.seed, self.epoch + 1
            rngs = [np.random.default_rng([seed, epoch, self.number + k]) for k in range(1, count + 1)]
            made = self.images.batches(self._chosen(count * self.batch), rngs)
            self._ready.extend((*batch, rng) for batch, rng in zip(made, rngs, strict=True))
        return self._ready[0]

    def _chosen(self, count: int) -> Tensor:
        """The next ``count`` images, in the order of this epoch."""
        if self._order[0] != self.epoch:
            # numpy takes [seed, epoch] for [seed, epoch, 0]: batches count from 1
            rng = np.random.default_rng([self._config.seed, self.epoch + 1])
            self._order = (self.epoch, torch.from_numpy(rng.permutation(len(self.images))))
        return self._order[1][self.seen : self.seen + count]

    def go(self) -> None:
        """The batch is done."""
        self._ready.popleft()
        self.step, self.number, self.seen = self.step + 1, self.number + 1, self.seen + self.batch

    def turn(self) -> None:
        """The epoch is done."""
        self.epoch, self.seen, self.number = self.epoch + 1, 0, 0

    def halve(self) -> None:
        """Smaller batches from here on."""
        self.batch //= 2
        self._ready.clear()
