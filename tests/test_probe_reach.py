"""`reach_all`: several layers from one pass that ends at the deepest, and nothing left behind."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from cnnviz.probe import LayerError, reach_all


class Net(nn.Module):
    """In-place ReLUs behind a norm, a layer that never runs, and one above the deepest that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True))
        self.inner = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(6, 6, 1))
        self.branch = nn.Conv2d(6, 4, 1)
        self.unused = nn.Conv2d(6, 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.branch(self.inner(self.stem(x))).mean((2, 3))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return Net().double()


@pytest.fixture
def images() -> Tensor:
    return torch.randn(3, 3, 9, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_reach_all_tells_several_layers_and_stops_at_the_deepest(net: nn.Module, images: Tensor) -> None:
    """Also a layer whose answer a later in-place operation changes; the graph goes down to the images."""
    ran = []
    watching = net.branch.register_forward_hook(lambda *_: ran.append("branch"))
    pixels = images.clone().requires_grad_()
    found = reach_all(net, ["inner.2", "stem.1"], pixels)
    watching.remove()
    assert ran == []
    net.eval()
    raw = images.clone().requires_grad_()
    normed = net.stem[1](net.stem[0](raw))
    deep = net.inner(normed.relu())
    torch.testing.assert_close(found["stem.1"][1], normed)
    torch.testing.assert_close(found["inner.2"][1], deep)
    ours, theirs = (
        (a.square().sum() + b.sum()) for a, b in ((found["stem.1"][1], found["inner.2"][1]), (normed, deep))
    )
    slopes = [torch.autograd.grad(total, [x])[0] for total, x in ((ours, pixels), (theirs, raw))]
    torch.testing.assert_close(*slopes)


def test_reach_all_of_the_network_is_its_scores(net: nn.Module, images: Tensor) -> None:
    net.eval()
    found = reach_all(net, [""], images)[""][1]
    torch.testing.assert_close(found, net(images).detach())
    assert not found.requires_grad and all(not m._forward_hooks for m in net.modules())
    for layers in (["unused"], ["stem", "none"]):
        with pytest.raises(LayerError):
            reach_all(net, layers, images)
    assert all(not m._forward_hooks for m in net.modules())
