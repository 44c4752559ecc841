"""Scale: bring the picture nearer or move it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import JITTERS, Jitter

if TYPE_CHECKING:
    from torch import Tensor


def draw(amount: float, turns: Tensor) -> Tensor:
    """Zooms by up to ``amount`` percent, in and out alike, ``(N, 3, 3)``."""
    import torch

    zoom = (1 + amount / 100) ** turns[:, 0]
    return torch.diag_embed(torch.stack([zoom, zoom, torch.ones_like(zoom)], 1))


JITTERS.add(
    Jitter(
        name="scale",
        title="Scale",
        summary="A random zoom, in and out.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        kind="spatial",
        draw=draw,
        amount=10.0,
        most=100.0,
        unit="%",
        order=4,
    )
)
