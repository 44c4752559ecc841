"""Blur: look at the picture through a soft lens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import JITTERS, Jitter

if TYPE_CHECKING:
    from torch import Tensor


def draw(amount: float, turns: Tensor) -> Tensor:
    """Widths (standard deviations) from 0 to ``amount`` pixels, ``(N,)``."""
    return (turns[:, 0] + 1) * amount / 2


JITTERS.add(
    Jitter(
        name="blur",
        title="Blur",
        summary="A random blur, so that fine grain pays less.",
        reference="Yosinski et al. 2015, https://arxiv.org/abs/1506.06579",
        kind="blur",
        draw=draw,
        amount=1.0,
        most=3.0,
        unit="pixels",
        order=5,
    )
)
