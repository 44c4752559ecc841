"""Pixels: every number of the picture is free, and the start is noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.actmax.registry import PARAMETERIZATIONS, Shape, Space

if TYPE_CHECKING:
    from torch import Generator, Tensor

NOISE = 0.5  # in units of the sigmoid's argument: pixels from about 0.2 to 0.8


def start(channels: int, shape: Shape, generator: Generator) -> Tensor:
    """Normal noise ``(N, C, h, w)``, every pixel for itself: the random picture of the lecture."""
    import torch

    count, height, width = shape
    return NOISE * torch.randn(count, channels, height, width, generator=generator)


def planes(values: Tensor, shape: Shape) -> Tensor:  # noqa: ARG001 (as for every space)
    """The values are the planes."""
    return values


PARAMETERIZATIONS.add(
    Space(
        name="pixel",
        title="Pixels",
        summary="Every pixel is free and starts as noise; fine grain is as cheap as shape, so there is much of it.",
        reference="Erhan et al. 2009, Visualizing Higher-Layer Features of a Deep Network",
        start=start,
        planes=planes,
        order=2,
    )
)
