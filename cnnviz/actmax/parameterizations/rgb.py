"""Plain colour: three planes are red, green and blue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import PARAMETERIZATIONS, Colour

if TYPE_CHECKING:
    from torch import Tensor


def mix(planes: Tensor) -> Tensor:
    """As they are."""
    return planes


PARAMETERIZATIONS.add(
    Colour(
        name="rgb",
        title="Red, green, blue",
        summary="Each colour is free of the others: loud rainbow colours come easily.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        channels=3,
        mix=mix,
        order=12,
    )
)
