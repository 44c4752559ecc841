"""Shake a batch: numbers drawn first and applied second, all shifts, turns and zooms as one sampling. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, pad

from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.registry import JITTERS, Jitter

Chosen = tuple[tuple[Jitter, float], ...]
MOST = 6


@dataclass(frozen=True)
class Drawn:
    """What one look does to each image: ``matrices`` ``(N, 3, 3)`` and widths of a blur ``(N,)``, or None for none."""

    matrices: Tensor | None = None
    widths: Tensor | None = None


def chosen(text: str) -> Chosen:
    """The jitters that ``"translate:5+rotate"`` names, with their amounts; ``""`` and ``"none"`` are none at all.

    Raises:
        ClimbError: no such jitter, too many, or an amount out of range.
    """
    found: list[tuple[Jitter, float]] = []
    for piece in filter(None, (each.strip() for each in text.split("+"))):
        name, _, amount = piece.partition(":")
        if name not in JITTERS:
            raise ClimbError(f"no jitter is called {name[:20]!r}; there are: {', '.join(JITTERS)}")
        item = JITTERS[name]
        found += chosen(item.parts) if item.draw is None else [(item, _amount(item, amount))]
    if len(found) > MOST:
        raise ClimbError(f"there are {len(found)} jitters; {MOST} are the limit")
    return tuple(found)


def _amount(item: Jitter, text: str) -> float:
    try:
        amount = float(text) if text else item.amount
    except ValueError:
        amount = math.nan
    if not 0 <= amount <= item.most:
        raise ClimbError(f"{item.name}:{text[:12]} is no amount; give 0 to {item.most:g} ({item.unit})")
    return amount


def draw(jitters: Chosen, count: int, generator: Generator) -> Drawn:
    """Random numbers for one look at ``count`` images."""
    matrices: Tensor | None = None
    widths: Tensor | None = None
    for item, amount in jitters:
        assert item.draw is not None  # noqa: S101 (chosen() keeps only such)
        made = item.draw(amount, 2 * torch.rand(count, 2, generator=generator) - 1)
        if item.kind == "spatial":
            matrices = made if matrices is None else matrices @ made
        else:
            widths = made if widths is None else (widths.square() + made.square()).sqrt()
    return Drawn(matrices, widths)


def apply(images: Tensor, drawn: Drawn) -> Tensor:
    """``images`` ``(N, 3, h, w)`` as drawn: the picture is mirrored where the window leaves it."""
    if drawn.matrices is not None:
        grid = affine_grid(drawn.matrices[:, :2].to(images), list(images.shape), align_corners=False)
        images = grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    return images if drawn.widths is None else _blurred(images, drawn.widths)


def _blurred(images: Tensor, widths: Tensor) -> Tensor:
    """Each image with a Gaussian of its own width, one direction after the other."""
    count, colours, height, width = images.shape
    reach = min(max(1, math.ceil(2 * float(widths.max()))), min(height, width) - 1)
    kernels = _gaussians(tuple(widths.tolist()), reach).to(images).repeat_interleave(colours, 0)
    flat = images.reshape(1, count * colours, height, width)
    across, down = (reach, reach, 0, 0), (0, 0, reach, reach)
    flat = conv2d(pad(flat, across, mode="reflect"), kernels[:, None, None, :], groups=count * colours)
    flat = conv2d(pad(flat, down, mode="reflect"), kernels[:, None, :, None], groups=count * colours)
    return flat.reshape(images.shape)


def _gaussians(widths: Sequence[float], reach: int) -> Tensor:
    places = torch.arange(-reach, reach + 1)
    bells = torch.exp(-0.5 * (places / torch.tensor(widths)[:, None].clamp_min(1e-3)).square())
    return bells / bells.sum(1, keepdim=True)
