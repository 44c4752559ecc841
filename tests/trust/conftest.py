"""A network whose score is known, and real ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.models import Layer, Network, Spec, load


class Corner(nn.Module):
    """Scores of two classes: how bright the upper left quarter is, and nothing. Its map is a convolution of one."""

    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Conv2d(3, 1, 1, bias=False)
        nn.init.constant_(self.same.weight, 1 / 3)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, h, w)`` to ``(N, 2)``."""
        seen = self.same(x)
        height, width = seen.shape[2] // 2, seen.shape[3] // 2
        first = seen[:, 0, :height, :width].mean((1, 2))
        return torch.stack([first, torch.zeros_like(first)], 1)


@pytest.fixture
def corner() -> Network:
    """Its logit is the mean of the upper left quarter of the normalized picture: known for every half-deleted one."""
    spec = Spec(
        name="corner",
        title="Corner",
        summary="",
        reference="",
        build=lambda _: Corner(),
        input_size=16,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        framing="whole",
        layers=(Layer("same", "the map"),),
    )
    return Network(spec, Corner(), classes=("bright", "not"))


@pytest.fixture(scope="session")
def resnet() -> Network:
    """A trained network that answers in a millisecond."""
    return load("cifar-resnet20")


@pytest.fixture
def white() -> np.ndarray:
    return np.full((16, 16, 3), 255, np.uint8)
