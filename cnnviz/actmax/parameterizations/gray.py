"""Gray: one plane for all three colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import PARAMETERIZATIONS, Colour

if TYPE_CHECKING:
    from torch import Tensor


def mix(planes: Tensor) -> Tensor:
    """The same plane three times."""
    return planes.expand(-1, 3, -1, -1)


PARAMETERIZATIONS.add(
    Colour(
        name="gray",
        title="Gray",
        summary="One plane for all three colours: what is left of the pattern when colour cannot help.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        channels=1,
        mix=mix,
        order=13,
    )
)
