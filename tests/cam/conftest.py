"""Small untrained networks that answer at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.models import Layer, Network, Spec
from cnnviz.models.residual import GapHead

CLASSES = ("cat", "dog", "hot dog", "car", "tree", "pizza")


def trunk() -> list[tuple[str, nn.Module]]:
    first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
    return [("first", first), ("last", nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.ReLU(inplace=True)))]


def gap(classes: int) -> nn.Module:
    return nn.Sequential(OrderedDict([*trunk(), ("head", GapHead(12, classes))]))


def dense(classes: int) -> nn.Module:
    head = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(48, 16), nn.ReLU(), nn.Linear(16, classes))
    return nn.Sequential(OrderedDict([*trunk(), ("head", head)]))


@pytest.fixture
def make() -> Callable[..., Network]:
    def network(build: Callable[[int], nn.Module] = gap) -> Network:
        torch.manual_seed(0)
        spec = Spec(
            name="tiny",
            title="Tiny",
            summary="",
            reference="",
            build=build,
            input_size=32,
            framing="whole",
            mean=(0.5, 0.5, 0.5),
            std=(0.25, 0.25, 0.25),
            layers=(Layer("last", "last map"), Layer("first", "first map")),
        )
        model = build(len(CLASSES))
        for module in model.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight)
                nn.init.normal_(module.bias)
        return Network(spec, model, classes=CLASSES)

    return network


@pytest.fixture
def network(make: Callable[..., Network]) -> Network:
    return make()


@pytest.fixture
def fully_connected(make: Callable[..., Network]) -> Network:
    return make(dense)


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
