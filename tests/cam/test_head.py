"""Finding the networks whose scores are a linear layer of the mean of a map, and no others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.cam import gap_linear_head
from cnnviz.models import NETWORKS

PUBLISHED = {
    "resnet18": ("layer4", "fc", ("layer3", "layer4.1.conv2", "avgpool", "fc", "relu")),
    "mobilenet_v2": ("features.18", "classifier.1", ("features.17", "features.18.0", "classifier")),
    "googlenet": ("inception5b", "fc", ("inception5a", "inception5b.branch1", "avgpool", "dropout")),
    "efficientnet_b0": ("features.8", "classifier.1", ("features.7", "avgpool")),
    "densenet121": (None, None, ("features", "features.norm5")),  # a ReLU lies between the map and the average
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_torchvision_networks(name: str) -> None:
    torch.manual_seed(0)
    more = {"init_weights": False} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(weights=None, num_classes=20, **more).eval()
    layer, linear, others = PUBLISHED[name]
    if layer is not None:
        head = gap_linear_head(model, layer)
        assert head is not None
        assert torch.equal(head.weight, model.get_submodule(linear).weight)
        assert torch.equal(head.bias, model.get_submodule(linear).bias)
        assert not head.weight.requires_grad
    assert [other for other in others if gap_linear_head(model, other) is not None] == []


@pytest.mark.parametrize("name", [name for name, spec in NETWORKS.items() if spec.published is None])
def test_our_networks(name: str) -> None:
    """The first layer listed is the last map; ConvNetJS reads its places one by one, cifar-fast their maximum."""
    spec = NETWORKS[name]
    torch.manual_seed(0)
    model = spec.build(10).eval()
    found = [layer.path for layer in spec.layers if gap_linear_head(model, layer.path) is not None]
    assert found == ([] if name in ("convnetjs", "cifar-fast") else [spec.layers[0].path])


class Ends(nn.Module):
    """A convolution, then what is given."""

    def __init__(self, end: Callable[[Tensor], Tensor], *layers: nn.Module) -> None:
        super().__init__()
        self.features, self.end, self.layers = nn.Conv2d(3, 6, 3, 2, 1), end, nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.end(self.features(x), *self.layers)


torch.manual_seed(0)  # with some weights a ReLU at the end never shows
YES = {
    "mean": (lambda x, f: f(x.mean((2, 3))), nn.Linear(6, 4)),
    "no bias": (lambda x, f: f(x.mean((2, 3))), nn.Linear(6, 4, bias=False)),
    "convolution, then mean": (lambda x, f: f(x).mean((2, 3)), nn.Conv2d(6, 4, 1)),
    "mean, then convolution": (lambda x, f: f(F.adaptive_avg_pool2d(x, 1)).flatten(1), nn.Conv2d(6, 4, 1)),
    "fixed window": (lambda x, f: f(F.avg_pool2d(x, 16).flatten(1)), nn.Linear(6, 4)),
    "dropout": (lambda x, f, d: f(d(x.mean((2, 3)))), nn.Linear(6, 4), nn.Dropout(0.5)),
    "another of the same shape": (lambda x, f, _: f(x.mean((2, 3))), nn.Linear(6, 4), nn.Linear(6, 4)),
}
NO = {
    "maximum": (lambda x, f: f(x.amax((2, 3))), nn.Linear(6, 4)),
    "sum": (lambda x, f: f(x.sum((2, 3))), nn.Linear(6, 4)),
    "ReLU first": (lambda x, f: f(x.relu().mean((2, 3))), nn.Linear(6, 4)),
    "ReLU last": (lambda x, f: f(x.mean((2, 3))).relu(), nn.Linear(6, 4)),
    "softmax last": (lambda x, f: f(x.mean((2, 3))).softmax(1), nn.Linear(6, 4)),
    "mean of a part": (lambda x, f: f(x[:, :, 1:].mean((2, 3))), nn.Linear(6, 4)),
    "two layers": (lambda x, f, g: g(f(x.mean((2, 3)))), nn.Linear(6, 6), nn.Linear(6, 4)),
    "norm between": (lambda x, f: f(F.layer_norm(x.mean((2, 3)), (6,))), nn.Linear(6, 4)),
}


@pytest.mark.parametrize("name", [*YES, *NO])
def test_heads_of_all_kinds(name: str) -> None:
    torch.manual_seed(0)
    end, *layers = (YES | NO)[name]
    model = Ends(end, *layers).eval()
    head = gap_linear_head(model, "features")
    assert (head is not None) == (name in YES)
    if head is not None:
        side = 32 if name == "fixed window" else 20
        images = torch.rand(3, 3, side, side)
        mean = model.features(images).mean((2, 3))
        torch.testing.assert_close(model(images), mean @ head.weight.T + head.bias, rtol=1e-4, atol=1e-5)


def test_the_weights_are_those_of_now(network) -> None:
    gap_linear_head(network.model, "last")
    network.model.head.linear.weight.data.zero_()
    assert not gap_linear_head(network.model, "last").weight.any()


def test_trying_leaves_nothing_behind(network) -> None:
    model = network.model.train()
    before = torch.get_rng_state()
    assert gap_linear_head(model, "last") is not None
    assert all(module.training and not module._forward_hooks for module in model.modules())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_network_that_diverged_still_has_its_head(network) -> None:
    network.model.first[0].weight.data.fill_(float("nan"))
    network.model.head.linear.weight.data.fill_(float("nan"))
    assert gap_linear_head(network.model, "last") is not None


def test_it_is_tried_once(network) -> None:
    passes = []
    network.model.register_forward_hook(lambda *_: passes.append(1))
    for _ in range(3):
        gap_linear_head(network.model, "last")
    assert len(passes) == 2  # one to see the map, one with another in its place


def test_a_layer_that_is_none_has_no_head() -> None:
    assert gap_linear_head(nn.Sequential(OrderedDict(a=nn.Conv2d(3, 3, 1))), "nowhere") is None
