"""Rotate: turn the picture by a few degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import JITTERS, Jitter

if TYPE_CHECKING:
    from torch import Tensor


def draw(amount: float, turns: Tensor) -> Tensor:
    """Turns of up to ``amount`` degrees, ``(N, 3, 3)``."""
    import torch

    angle = torch.deg2rad(turns[:, 0] * amount)
    matrices = torch.eye(3).repeat(len(turns), 1, 1)
    matrices[:, 0, 0] = matrices[:, 1, 1] = angle.cos()
    matrices[:, 1, 0] = angle.sin()
    matrices[:, 0, 1] = -angle.sin()
    return matrices


JITTERS.add(
    Jitter(
        name="rotate",
        title="Rotate",
        summary="A random turn about the middle.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        kind="spatial",
        draw=draw,
        amount=8.0,
        most=180.0,
        unit="degrees",
        order=3,
    )
)
