"""Translate: shift the picture by a few pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import JITTERS, Jitter

if TYPE_CHECKING:
    from torch import Tensor


def draw(amount: float, turns: Tensor) -> Tensor:
    """Shifts of up to ``amount`` percent of the side, both ways, ``(N, 3, 3)``."""
    import torch

    matrices = torch.eye(3).repeat(len(turns), 1, 1)
    matrices[:, :2, 2] = turns * amount / 50  # the side is 2 long
    return matrices


JITTERS.add(
    Jitter(
        name="translate",
        title="Translate",
        summary="A random shift, so that no pixel matters for itself.",
        reference="Mordvintsev et al. 2015, Inceptionism",
        kind="spatial",
        draw=draw,
        amount=5.0,
        most=50.0,
        unit="% of the side",
        order=2,
    )
)
