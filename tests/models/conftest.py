"""A network small enough to save, spoil and load in every test."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.models import NETWORKS, Layer, Spec, forget, weights
from cnnviz.models.residual import GapHead

CLASSES = ("ash", "beech", "birch")


def build(classes: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), GapHead(4, classes))


TINY = Spec(
    name="tiny",
    title="Tiny",
    summary="A network for tests.",
    reference="none",
    build=build,
    input_size=16,
    mean=(0.5, 0.4, 0.3),
    std=(0.2, 0.3, 0.4),
    layers=(Layer("2", "last map, 16×16"),),
    dataset="cifar10-jpeg",
)


@pytest.fixture
def register(monkeypatch):
    """Put a Spec into the registry for one test; ``register(name=…)`` varies the tiny one."""
    len(NETWORKS)  # the networks of the package must be there before one is added by hand

    def add(**changes: object) -> Spec:
        spec = replace(TINY, **changes)
        monkeypatch.setitem(NETWORKS._items, spec.name, spec)
        return spec

    forget()
    yield add
    forget()


@pytest.fixture
def model():
    torch.manual_seed(5)
    net = build(len(CLASSES))
    with torch.no_grad():
        net[1].running_mean.uniform_(-1, 1)
        net[1].running_var.uniform_(0.5, 2)
    return net


@pytest.fixture
def saved(register, model, tmp_path, monkeypatch):
    """The folder in which the tiny network was saved; the package looks there."""
    register()
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    weights.save_embedded(
        "tiny",
        model,
        classes=CLASSES,
        data="made up",
        recipe={"epochs": 1, "sizes": ((0.5, 8), (1.0, 16))},
        seed=5,
        accuracy={"top1": 0.5},
        folder=tmp_path,
        command="cnnviz train tiny",
    )
    return tmp_path


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (70, 20, 31, 3), dtype=np.uint8)
