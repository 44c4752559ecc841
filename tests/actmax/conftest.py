"""A tiny trained-like network whose answers can be computed by hand."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import nn

from cnnviz.models import Layer, Network, Spec
from cnnviz.models.residual import GapHead

CLASSES = ("cat", "dog", "Welsh-corgi", "great white shark")


def build(classes: int) -> nn.Module:
    first = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.BatchNorm2d(6), nn.ReLU(inplace=True))
    last = nn.Sequential(nn.Conv2d(6, 8, 3, 1, 1), nn.Tanh())
    return nn.Sequential(OrderedDict(first=first, last=last, head=GapHead(8, classes)))


@pytest.fixture
def network() -> Network:
    torch.manual_seed(1)
    spec = Spec(
        name="tiny",
        title="Tiny",
        summary="",
        reference="",
        build=build,
        input_size=16,
        mean=(0.5, 0.4, 0.3),
        std=(0.25, 0.3, 0.2),
        layers=(Layer("last", "last map"), Layer("first", "first map")),
    )
    return Network(spec, build(len(CLASSES)), classes=CLASSES)
