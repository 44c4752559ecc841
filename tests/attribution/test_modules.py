"""Networks rewritten for captum's hooks: the same scores, every ReLU seen, and what cannot be rewritten is refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.attribution import ATTRIBUTIONS, BadAttribution, attribute
from cnnviz.attribution.modules import refuse, with_modules
from cnnviz.models import load


class Written(nn.Module):
    """Every way to write a ReLU and a pooling, and one module at two places."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.act, self.pool = nn.ReLU(inplace=True), nn.MaxPool2d(2)
        self.linear = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.act(self.first(x)))
        x = F.max_pool2d(torch.relu(self.second(x)), 2, stride=2)
        x = F.relu(self.second(x) + x, inplace=True)
        x = self.pool(self.act(self.second(x)).relu())
        return self.linear(x.mean((2, 3)))


@pytest.fixture
def written() -> nn.Module:
    torch.manual_seed(0)
    return Written().eval().requires_grad_(False)


def guided(model: Written, x: Tensor, target: int) -> Tensor:
    """Guided backpropagation by an autograd function of our own, instead of hooks."""

    class Guided(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return gradient.clamp(min=0) * (x > 0)

    relu = Guided.apply
    x = x.clone().requires_grad_()
    y = F.max_pool2d(relu(model.first(x)), 2)
    y = F.max_pool2d(relu(model.second(y)), 2, stride=2)
    y = relu(model.second(y) + y)
    y = F.max_pool2d(relu(relu(model.second(y))), 2)
    model.linear(y.mean((2, 3)))[0, target].backward()
    return x.grad


def test_the_copy_scores_the_same_and_no_relu_or_pooling_is_hidden(written):
    inputs = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    made = with_modules(copy.deepcopy(written), inputs)
    torch.testing.assert_close(made(inputs), written(inputs))
    calls = [node for node in made.graph.nodes if node.op == "call_module"]
    kinds = [type(made.get_submodule(node.target)).__name__ for node in calls]
    assert kinds.count("ReLU") == 5 and kinds.count("MaxPool2d") == 3
    fresh = [node.target for node in calls if type(made.get_submodule(node.target)) in (nn.ReLU, nn.MaxPool2d)]
    assert len(set(fresh)) == 8  # no module runs twice
    assert not any(node.op != "call_module" and "relu" in str(node.target) for node in made.graph.nodes)


def test_guided_backprop_is_that_of_an_autograd_function(written):
    from captum.attr import GuidedBackprop

    inputs = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    made = with_modules(copy.deepcopy(written), inputs)
    found = GuidedBackprop(made).attribute(inputs.clone().requires_grad_(), target=1)
    torch.testing.assert_close(found, guided(written, inputs, 1), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", ["photo", "cifar-resnet20", "convnetjs"])
def test_every_shipped_network_of_relus_can_be_rewritten(name):
    network = load(name)
    side = 64 if name == "photo" else network.input_size
    inputs = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(3))
    made = with_modules(copy.deepcopy(network.model), inputs)
    with torch.inference_mode():
        torch.testing.assert_close(made(inputs), network.model(inputs), rtol=1e-4, atol=1e-4)
    assert not refuse(network.model)


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3)) if float(x.sum()) > 0 else -x.mean((2, 3))


def test_what_cannot_be_traced_or_is_not_covered_is_refused_in_a_sentence(make_network):
    view = np.zeros((32, 32, 3), np.uint8)
    smooth = make_network(nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    for method in ("guided-backprop", "deeplift"):
        for network in (make_network(Branching()), smooth):
            with pytest.raises(BadAttribution, match="choose integrated gradients") as refused:
                next(attribute(network, view, method=method))
            assert len(str(refused.value)) <= 140
    assert not ATTRIBUTIONS["saliency"].refuse(smooth.model)
    assert [*attribute(smooth, view, method="integrated-gradients")][-1].progress == 1


@pytest.fixture
def make_network():
    from cnnviz.models import Network, Spec

    def made(model: nn.Module) -> Network:
        spec = Spec(
            name="own",
            title="Own",
            summary="",
            reference="",
            build=lambda _: model,
            input_size=32,
            mean=(0.5,) * 3,
            std=(0.25,) * 3,
            layers=(),
        )
        return Network(spec, model, classes=("a", "b", "c", "d")[: 3 if isinstance(model, Branching) else 4])

    return made
