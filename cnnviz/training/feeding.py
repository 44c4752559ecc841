"""Batches on the device: uint8 pixels in its memory, augmented all at once, normalized last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from cnnviz.augment import Step
from cnnviz.data.splits import Part
from cnnviz.training.batched import Random, augment, border, draw_crop, drawn, padded, windows


class Feeding:
    """A part of a data set in device memory: uint8 ``(N, H, W, 3)``, with the border of a first random crop."""

    def __init__(
        self,
        part: Part,
        *,
        mean: Sequence[float],
        std: Sequence[float],
        device: torch.device,
        steps: Sequence[Step] = (),
    ) -> None:
        self.device, self.size = device, (part.images.shape[1], part.images.shape[2])
        self._crop = steps[0].settings if steps and steps[0].name == "random-crop" else None
        self._steps = tuple(steps)
        self._rows, self._columns = border(self._crop, self.size) if self._crop else (0, 0)
        stored = padded(self._crop, np.asarray(part.images)) if self._crop else np.array(part.images)
        self._stored = torch.from_numpy(stored).to(device)
        self.labels = torch.from_numpy(np.array(part.labels)).to(device)
        scale, shift = 1 / (255 * np.array(std)), -np.array(mean) / np.array(std)
        # one number per place of a line: an inner loop of 96 instead of 3
        self._scale, self._shift = (
            torch.tensor(np.tile(v, self.size[1]), dtype=torch.float32, device=device) for v in (scale, shift)
        )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def pixels(self) -> Tensor:
        """All images, without a border."""
        height, width = self.size
        return self._stored[:, self._rows : self._rows + height, self._columns : self._columns + width]

    def batches(self, chosen: Tensor, rngs: Sequence[Random]) -> list[tuple[Tensor, Tensor]]:
        """Images ``chosen`` in as many batches as there are generators, augmented by them: uint8 pixels, labels.

        Several at once: what Python and first touches cost is paid once for all of them.
        """
        pixels, steps = self._first(chosen, rngs)
        for step in steps:
            pixels = augment(step, pixels, rngs)
        labels = self.labels.index_select(0, chosen.to(self.device, non_blocking=True))
        size = len(chosen) // len(rngs)
        return list(zip(pixels.split(size), labels.split(size), strict=True))

    def _first(self, chosen: Tensor, rngs: Sequence[Random]) -> tuple[Tensor, Sequence[Step]]:
        """The images after a first random crop, and the steps that are left."""
        if self._crop is None or self.device.type != "cpu":
            return self.pixels[chosen.to(self.device, non_blocking=True)], self._steps
        rows = drawn(draw_crop, self._crop, rngs, batch=len(chosen) // len(rngs), size=self.size)
        cut = windows(self._stored.numpy(), chosen.numpy(), rows, size=self.size)
        return torch.from_numpy(cut), self._steps[1:]

    def normalized(self, pixels: Tensor) -> Tensor:
        """``(pixel / 255 - mean) / std``: uint8 ``(B, H, W, 3)`` to float32 ``(B, 3, H, W)`` channels last."""
        lines = pixels.reshape(-1, pixels.shape[2] * 3).float()
        torch.addcmul(self._shift, lines, self._scale, out=lines)  # in place: half the memory to write
        return lines.view(pixels.shape).permute(0, 3, 1, 2)
