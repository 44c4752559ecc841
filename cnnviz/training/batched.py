"""Augmentations of whole batches: the records of the augmentation lecture, drawn and applied for all images at once.

``Generator.random`` gives the same numbers one at a time or as an array, so one call draws the very records that the
item's own ``draw`` would give image by image. They are applied by gathers and masks on a GPU; on the CPU by slices in
a loop, in place, which beats a gather there (flips of 64 images: 28 µs against 220 µs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.augment import Step

Random = np.random.Generator
Images = NDArray[np.uint8]
Records = NDArray[np.int64]  # (images, numbers of a record)
Size = tuple[int, int]
Draw = Callable[[Any, Random, int, Size], Records]


@dataclass(frozen=True)
class Batched:
    """``draw(settings, rng, count, size)`` gives a row per image, and two functions that do the same with them.

    ``gathered(settings, pixels, rows)`` returns new pixels uint8 ``(B, H, W, 3)``, wherever they are;
    ``sliced(settings, pixels, rows)`` takes and returns arrays, which it may change.
    """

    draw: Draw
    gathered: Callable[[Any, Tensor, Tensor], Tensor]
    sliced: Callable[[Any, Images, Records], Images]


def augment(step: Step, pixels: Tensor, rngs: Sequence[Random]) -> Tensor:
    """The images uint8 ``(B, H, W, 3)`` after one step, each with a draw of its own; they may be changed in place.

    They are as many batches of equal size as there are generators; each batch draws from its own. A step without a
    batched form is drawn and applied by its own functions, image by image, on the CPU.
    """
    size, known, settings = (pixels.shape[1], pixels.shape[2]), BATCHED.get(step.name), step.settings
    batch = len(pixels) // len(rngs)
    if known is None:
        item, images = step.augmentation, pixels.cpu().numpy()
        records = [item.draw(settings, rngs[k // batch], size) for k in range(len(images))]
        changed = [item.apply(image, record) for image, record in zip(images, records, strict=True)]
        return torch.from_numpy(np.stack(changed)).to(pixels.device)
    rows = drawn(known.draw, settings, rngs, batch=batch, size=size)
    if pixels.device.type == "cpu":
        return torch.from_numpy(known.sliced(settings, pixels.numpy(), rows))
    return known.gathered(settings, pixels, torch.from_numpy(rows).to(pixels.device, non_blocking=True))


def drawn(draw: Draw, settings: Any, rngs: Sequence[Random], *, batch: int, size: Size) -> Records:
    """A row per image of ``batch`` images for each generator."""
    return np.concatenate([draw(settings, rng, batch, size) for rng in rngs])


def _draw_flip(settings: Any, rng: Random, count: int, _size: Size) -> Records:
    flipped: Records = (rng.random((count, 1)) < settings.share).astype(np.int64)
    return flipped


def _gather_flip(axis: int) -> Callable[[Any, Tensor, Tensor], Tensor]:
    return lambda _, pixels, rows: torch.where(rows[:, :, None, None] > 0, pixels.flip(axis), pixels)


def _slice_flip(axis: int) -> Callable[[Any, Images, Records], Images]:
    def flip(_: Any, pixels: Images, rows: Records) -> Images:
        import cv2

        for k in np.flatnonzero(rows[:, 0]).tolist():
            cv2.flip(pixels[k], 2 - axis, pixels[k])
        return pixels

    return flip


def border(settings: Any, size: Size) -> tuple[int, int]:
    """Rows and columns that a random crop adds on either side."""
    return round(size[0] * settings.border / 100), round(size[1] * settings.border / 100)


def draw_crop(settings: Any, rng: Random, count: int, size: Size) -> Records:
    """Where in the padded picture each window begins: row and column."""
    places: Records = (rng.random((count, 2)) * (2 * np.array(border(settings, size)) + 1)).astype(np.int64)
    return places


def _gather_crop(settings: Any, pixels: Tensor, rows: Tensor) -> Tensor:
    added = torch.tensor(border(settings, (pixels.shape[1], pixels.shape[2])), device=rows.device)
    return _window(pixels, rows - added, mirrored=settings.filled == "mirror")


def padded(settings: Any, pixels: Images) -> Images:
    """All images ``(N, H, W, 3)`` with the border of a random crop around them."""
    rows, columns = border(settings, (pixels.shape[1], pixels.shape[2]))
    around = ((0, 0), (rows, rows), (columns, columns), (0, 0))
    return np.pad(pixels, around, mode="reflect") if settings.filled == "mirror" else np.pad(pixels, around)


def windows(pixels: Images, chosen: NDArray[np.int64], rows: Records, *, size: Size) -> Images:
    """The parts of ``size`` that begin at ``rows`` in the images ``chosen``: whole lines are copied, 17 µs for 64."""
    count, height, width, _ = pixels.shape
    image, line, pixel, value = pixels.strides
    places = (count, height - size[0] + 1, width - size[1] + 1, size[0], 3 * size[1])
    views = np.lib.stride_tricks.as_strided(pixels, places, (image, line, pixel, line, value), writeable=False)
    return views[chosen, rows[:, 0], rows[:, 1]].reshape(-1, *size, 3)


def _slice_crop(settings: Any, pixels: Images, rows: Records) -> Images:
    size = (pixels.shape[1], pixels.shape[2])
    return windows(padded(settings, pixels), np.arange(len(pixels)), rows, size=size)


def _window(pixels: Tensor, places: Tensor, *, mirrored: bool, fill: int = 0) -> Tensor:
    """The picture from ``places`` (row, column) on, each ``(B, 2)``; beyond its edge mirrored, or ``fill``."""
    sides = (pixels.shape[1], pixels.shape[2])
    rows, columns = (places[:, k, None] + torch.arange(n, device=pixels.device) for k, n in enumerate(sides))
    image = torch.arange(len(pixels), device=pixels.device)[:, None, None]
    if mirrored:
        rows, columns = (n - 1 - (n - 1 - at.abs()).abs() for at, n in zip((rows, columns), sides, strict=True))
        return pixels[image, rows[:, :, None], columns[:, None, :]]
    near = [at.clamp(0, n - 1) for at, n in zip((rows, columns), sides, strict=True)]
    inside = (near[0] == rows)[:, :, None] & (near[1] == columns)[:, None, :]
    found = pixels[image, near[0][:, :, None], near[1][:, None, :]]
    return found.masked_fill_(~inside[..., None], fill)


def _draw_translation(settings: Any, rng: Random, count: int, size: Size) -> Records:
    limits = np.array([settings.across, settings.down])
    across, down = rng.uniform(-limits, limits, (count, 2)).T
    return np.stack([np.rint(size[0] * down / 100), np.rint(size[1] * across / 100)], axis=1).astype(np.int64)


def _slice_translation(settings: Any, pixels: Images, rows: Records) -> Images:
    moved, (height, width) = np.full_like(pixels, settings.fill), pixels.shape[1:3]
    for k, (y, x) in enumerate(rows.tolist()):
        part = pixels[k, max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
        moved[k, max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)] = part
    return moved


def _draw_cutout(settings: Any, rng: Random, count: int, size: Size) -> Records:
    """First and last row, first and last column of the part that lies in the picture."""
    side = round(settings.side * min(size))
    starts = (rng.random((count, 2)) * np.array(size)).astype(np.int64) - side // 2
    ends = np.minimum(starts + side, size)
    return np.stack([np.maximum(starts, 0), np.maximum(ends, 0)], axis=2).reshape(count, 4)


def _gather_cutout(settings: Any, pixels: Tensor, rows: Tensor) -> Tensor:
    lines, columns = (torch.arange(n, device=pixels.device) for n in pixels.shape[1:3])
    inside = (lines >= rows[:, 0:1]) & (lines < rows[:, 1:2])
    across = (columns >= rows[:, 2:3]) & (columns < rows[:, 3:4])
    return pixels.masked_fill((inside[:, :, None] & across[:, None, :])[..., None], settings.fill)


def _slice_cutout(settings: Any, pixels: Images, rows: Records) -> Images:
    for k, (top, bottom, left, right) in enumerate(rows.tolist()):
        pixels[k, top:bottom, left:right] = settings.fill
    return pixels


BATCHED: dict[str, Batched] = {
    "horizontal-flip": Batched(_draw_flip, _gather_flip(2), _slice_flip(1)),
    "vertical-flip": Batched(_draw_flip, _gather_flip(1), _slice_flip(2)),
    "random-crop": Batched(draw_crop, _gather_crop, _slice_crop),
    "translation": Batched(
        _draw_translation,
        lambda settings, pixels, rows: _window(pixels, -rows, mirrored=False, fill=settings.fill),
        _slice_translation,
    ),
    "cutout": Batched(_draw_cutout, _gather_cutout, _slice_cutout),
}
"""By the names of :data:`cnnviz.augment.AUGMENTATIONS`; all others are applied image by image."""
