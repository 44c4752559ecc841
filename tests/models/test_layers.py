"""Layers with maps, found by running: shapes equal to a plain hook's, kernels followed back to their convolution."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from cnnviz.models import NETWORKS, Network, load
from cnnviz.models.layers import convolution_of, place, places, worth
from cnnviz.probe import LayerError

EMBEDDED = ("photo", "cifar-fast", "cifar-resnet20", "convnetjs")


@pytest.mark.parametrize("name", EMBEDDED)
def test_shapes_are_those_of_a_plain_hook(name: str) -> None:
    network = load(name)
    shapes: dict[str, tuple[int, ...]] = {}
    handles = [
        module.register_forward_hook(lambda _m, _i, answer, path=path: shapes.__setitem__(path, tuple(answer.shape)))
        for path, module in network.model.named_modules()
    ]
    with torch.no_grad():
        network.model(torch.zeros(1, 3, network.spec.side, network.spec.side))
    for handle in handles:
        handle.remove()
    found = places(network)
    assert len({each.path for each in found}) == len(found)
    for each in found:
        assert (1, each.channels, each.height, each.width) == shapes[each.path]
        assert each.convolution == isinstance(network.model.get_submodule(each.path), nn.Conv2d)


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_layers_to_begin_with_can_all_be_looked_at(name: str) -> None:
    network = load(name)
    chosen = worth(network)
    assert [each.path for each in network.layers[::-1]] == [each.path for each in chosen if each in network.layers]
    assert sum(each not in network.layers for each in chosen) <= 1
    assert all(place(network, each.path).path == each.path for each in chosen)
    assert convolution_of(network, chosen[0].path) is not None


def test_a_convolution_is_found_behind_what_acts_on_each_map_alone() -> None:
    photo = load("photo")
    wanted = {
        "stem": "stem.0",
        "stem.3": "stem.0",
        "stage1.0.bn1": "stage1.0.conv1",
        "stage2.0.shortcut.2": "stage2.0.shortcut.1",
        "stage3.1.conv2": "stage3.1.conv2",
        "stage3": None,  # a block adds
        "stage2.0.shortcut.0": None,  # pools what a block has added
    }
    assert {path: convolution_of(photo, path) for path in wanted} == wanted


def test_a_layer_without_maps_is_told() -> None:
    photo = load("photo")
    for path in ("head", "nowhere", ""):
        with pytest.raises(LayerError) as told:
            place(photo, path)
        assert len(str(told.value)) <= 140


def test_a_layer_that_runs_twice_is_left_out() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)
            self.act = nn.ReLU()
            self.end = nn.Linear(3, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.end(self.act(self.conv(self.act(x))).mean((2, 3)))

    network = Network(NETWORKS["convnetjs"], Twice(), classes=("a", "b"))
    assert [each.path for each in places(network)] == ["conv"]
