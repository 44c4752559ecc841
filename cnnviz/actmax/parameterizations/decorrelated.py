"""Decorrelated colour: planes are brightness, warm against cool, magenta against green, as large as in photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import PARAMETERIZATIONS, Colour

if TYPE_CHECKING:
    from torch import Tensor

MEASURED_ON = ("cat", "astronaut", "motorcycle", "coffee", "rocket")
AXES = ((1.002, 0.452, 0.046), (1.027, -0.109, -0.140), (0.967, -0.353, 0.102))
"""Red, green, blue from brightness, warmth and magenta.

The columns are the principal axes of the colours of our five colour photographs (the mean of their covariances), each
times its standard deviation and all divided by 0.206, so that brightness has a length near 1 per colour.
"""


def mix(planes: Tensor) -> Tensor:
    """The planes turned into red, green and blue."""
    import torch

    return torch.einsum("rc,nchw->nrhw", planes.new_tensor(AXES), planes)


PARAMETERIZATIONS.add(
    Colour(
        name="decorrelated",
        title="Decorrelated colour",
        summary="Planes are the axes along which photographs vary in colour, each as much as there: calm colours.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        channels=3,
        mix=mix,
        order=11,
    )
)
