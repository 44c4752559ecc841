"""A small network with what makes fields hard, and pictures for it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.features import Source
from cnnviz.models import Layer, Network, Spec
from cnnviz.models.residual import GapHead

CLASSES = ("ash", "beech", "birch")
SIDE = 24


class Mixed(nn.Module):
    """A shortcut around two windows, pooling, a stride, a dilation: 24 → 12 → 6."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 5, 3, 2, 1)
        self.norm = nn.BatchNorm2d(5)
        self.act = nn.ReLU(inplace=True)
        self.inner = nn.Conv2d(5, 5, (3, 1), padding=(2, 0), dilation=(2, 1), bias=False)
        self.pool = nn.MaxPool2d(2)
        self.last = nn.Conv2d(5, 6, 3, padding=1, groups=1)
        self.head = GapHead(6, len(CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.norm(self.first(x)))
        x = self.pool(x + self.inner(x))
        return self.head(torch.relu_(self.last(x)))


def made(build: type[nn.Module] = Mixed) -> Network:
    torch.manual_seed(3)
    spec = Spec(
        name="tiny",
        title="Tiny",
        summary="",
        reference="",
        build=lambda _: build(),
        input_size=SIDE,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        layers=(Layer("last", "last map"), Layer("act", "first map")),
    )
    model = build()
    for norm in (module for module in model.modules() if isinstance(module, nn.BatchNorm2d)):
        norm.running_mean.uniform_(-0.5, 0.5)
        norm.running_var.uniform_(0.5, 2)
    return Network(spec, model, classes=CLASSES)


@pytest.fixture
def network() -> Network:
    return made()


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (37, SIDE, SIDE, 3), dtype=np.uint8)


@pytest.fixture
def source(pictures: np.ndarray) -> Source:
    labels = np.arange(len(pictures)) % len(CLASSES)
    return Source("made", "37 made pictures", CLASSES, labels, lambda numbers: pictures[numbers])


def hooked(network: Network, layer: str, views: np.ndarray) -> np.ndarray:
    """The oracle: a plain forward hook's answers, float32 ``(N, C, h, w)``."""
    kept: list[Tensor] = []
    handle = network.model.get_submodule(layer).register_forward_hook(lambda *args: kept.append(args[2].clone()))
    with torch.no_grad():
        network.model.eval()(network.inputs(views))
    handle.remove()
    return kept[0].contiguous().numpy()
