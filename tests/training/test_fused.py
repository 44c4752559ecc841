"""A network in few passes computes what torch computes part by part."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.models import NETWORKS
from cnnviz.training import passes
from cnnviz.training.fused import BENDS, Even, Normed, Pooled, Small, fused
from cnnviz.training.networks import TRAINABLE, defaults, spec_of

SHAPES = [(4, 16, 8, 8), (3, 20, 5, 7), (2, 1, 6, 6), (5, 3, 9, 4), (2, 600, 4, 4), (64, 32, 16, 16), (7, 24, 1, 1)]


def a_map(shape: tuple[int, ...], *, seed: int = 0) -> Tensor:
    made = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).bfloat16()
    return made.to(memory_format=torch.channels_last)


def a_norm(channels: int) -> nn.BatchNorm2d:
    norm, random = nn.BatchNorm2d(channels), torch.Generator().manual_seed(1)
    with torch.no_grad():
        norm.weight.copy_(torch.randn(channels, generator=random))
        norm.bias.copy_(torch.randn(channels, generator=random))
    return norm


def shown(y: Tensor, inputs: list[Tensor], slope: Tensor) -> list[Tensor]:
    """The answer and the slopes, in float64."""
    return [each.detach().double() for each in (y, *torch.autograd.grad(y, inputs, slope.to(y.dtype)))]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("added", "then"), [(False, ""), (False, "relu"), (False, "gelu"), (True, ""), (True, "relu")])
def test_a_norm_is_that_of_torch(shape: tuple[int, ...], added: bool, then: str) -> None:
    x, other, slope = (a_map(shape, seed=seed) for seed in range(3))
    norm = a_norm(shape[1])
    exact = copy.deepcopy(norm).double()
    wide, wide_other = x.double().requires_grad_(), other.double().requires_grad_()
    y = exact(wide) + (wide_other if added else 0)
    inputs = [wide, exact.weight, exact.bias] + [wide_other] * added
    right = shown(BENDS[then](y) if then else y, inputs, slope)

    x.requires_grad_()
    other.requires_grad_()
    inputs = [x, norm.weight, norm.bias] + [other] * added
    found = shown(passes.normed(x, other if added else None, norm, then), inputs, slope)
    for place, (one, two) in enumerate(zip(found, right, strict=True)):
        # half a step of bfloat16, and of what is nearly zero the rounding of the sum behind it; what GELU lets back is
        # rounded, too, before it goes on to ``x``
        off, size = (one - two).abs(), two.abs()
        few = 2**-8 * size + (2**-9 if then == "gelu" and place == 1 else 1e-5) * (1 + size.amax())
        assert (off <= few).double().mean() > 0.999
        assert (one - two).abs().amax() <= 0.02 * two.abs().amax()
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(getattr(norm, name).double(), getattr(exact, name), rtol=1e-5, atol=1e-6)
    assert norm.num_batches_tracked == 1


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if min(shape[2:]) > 1])
@pytest.mark.parametrize("rectified", [False, True])
def test_pooling_is_that_of_torch_bit_by_bit(shape: tuple[int, ...], rectified: bool) -> None:
    x = (a_map(shape) * 4).round().div(4).requires_grad_()  # with many equals, of which the first counts
    y = F.max_pool2d(x, 2)
    right = torch.relu(y) if rectified else y
    slope = a_map(tuple(right.shape), seed=1)
    for one, two in zip(
        shown(passes.pooled(x, rectified=rectified), [x], slope), shown(right, [x], slope), strict=True
    ):
        assert torch.equal(one, two)


@pytest.mark.parametrize("rectified", [False, True])
def test_what_is_no_number_stays_none(rectified: bool) -> None:
    x = -torch.rand(2, 4, 4, 4).bfloat16().to(memory_format=torch.channels_last)
    x[0, 0, 0, 0], x[0, 1, 1, 1], x[0, 2, 0, 1], x[0, 3, 1, 0] = np.nan, -np.nan, np.inf, -np.inf
    pooled = passes.pooled(x, rectified=rectified)
    assert pooled[0, :2, 0, 0].isnan().all()
    assert pooled[0, 2, 0, 0] == np.inf
    assert int(pooled.isnan().sum()) == 2
    assert pooled[0, 3, 0, 0] == (0 if rectified else x[0, 3, :2, :2].amax())
    for then in ("", "relu", "gelu"):
        normed = passes.normed(x[:, :2].contiguous(memory_format=torch.channels_last), None, a_norm(2), then)
        assert normed.isnan().all()


def test_more_threads_compute_the_same() -> None:
    before, answers = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            x, norm = a_map((64, 16, 32, 32)).requires_grad_(), a_norm(16)
            y = passes.pooled(passes.normed(x, x, norm, "relu"), rectified=False)
            assert torch.get_num_threads() == threads
            answers.append(shown(y, [x, norm.weight, norm.bias], a_map((64, 16, 16, 16))))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, two) for one, two in zip(*answers, strict=True))


def joined(model: nn.Module, kind: type[Normed | Pooled]) -> list[str]:
    """What follows, of all that were joined."""
    if kind is Pooled:
        return ["relu" if part.rectified else "" for part in model.children() if isinstance(part, Pooled)]
    return [part.then for part in model.children() if isinstance(part, Normed)]


def test_it_finds_all_there_is_to_join() -> None:
    assert joined(fused(NETWORKS["convnetjs"].build(10)), Pooled) == ["relu"] * 3
    resnet = fused(NETWORKS["cifar-resnet20"].build(10))
    assert sorted(joined(resnet, Normed)) == [""] * 2 + ["relu"] * 19
    assert not [node for node in resnet.graph.nodes if node.target is torch.relu]
    fast = fused(NETWORKS["cifar-fast"].build(10))
    assert (joined(fast, Pooled), joined(fast, Normed)) == ([""] * 3, ["gelu"] * 6)
    assert len([part for part in fast.children() if isinstance(part, Even)]) == 3
    large = nn.Sequential(nn.Flatten(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    assert [type(part) for part in fused(large).children()] == [nn.Flatten, nn.Linear, nn.ReLU, Small]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kernel", "padding", "groups"), [(3, 1, 1), (3, 0, 1), (5, 2, 2), ((3, 2), (1, 0), 1)])
@pytest.mark.parametrize("size", [(8, 8), (7, 7), (9, 8), (6, 11)])
def test_a_line_that_the_pooling_leaves_out_is_not_computed(
    size: tuple[int, int], *, kernel: int | tuple[int, int], padding: int | tuple[int, int], groups: int, bias: bool
) -> None:
    torch.manual_seed(0)
    convolution = nn.Conv2d(4, 6, kernel, padding=padding, groups=groups, bias=bias).double()
    model, x = nn.Sequential(convolution, nn.ReLU(), nn.MaxPool2d(2)), torch.randn(2, 4, *size, dtype=torch.float64)
    quick = fused(model)
    (even,) = (part for part in quick.children() if isinstance(part, Even))
    assert [side % 2 for side in even(x).shape[2:]] == [0, 0]
    assert even(x).shape[2:] == torch.Size(side // 2 * 2 for side in convolution(x).shape[2:])
    answers = []
    for forward in (quick, model):
        given = x.clone().requires_grad_()
        y = forward(given)
        answers.append(shown(y, [given, *model.parameters()], torch.ones_like(y)))
    for one, two in zip(*answers, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "parts",
    [
        [nn.Conv2d(4, 4, 3, stride=2), nn.MaxPool2d(2)],
        [nn.Conv2d(4, 4, 3, dilation=2), nn.MaxPool2d(2)],
        [nn.Conv2d(4, 4, 3, padding="same"), nn.MaxPool2d(2)],
        [nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), nn.MaxPool2d(2)],
        [nn.Conv2d(4, 4, 3, padding=1), nn.MaxPool2d(3)],
        [nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.MaxPool2d(2)],
        [nn.Conv2d(4, 4, 3, padding=1)],
    ],
)
def test_another_convolution_stays_as_it_is(parts: list[nn.Module]) -> None:
    model = nn.Sequential(*parts).eval()
    x, quick = torch.randn(2, 4, 11, 11), fused(model)
    assert not [part for part in quick.children() if isinstance(part, Even)]
    torch.testing.assert_close(quick(x), model(x))


class Both(nn.Module):
    """What must not be joined: a norm that somebody else reads, another shape, other poolings and another GELU."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.other, self.relu = nn.BatchNorm2d(8), nn.BatchNorm2d(8), nn.ReLU()
        self.third, self.gelu = nn.BatchNorm2d(8), nn.GELU("tanh")
        self.pools = nn.ModuleList([nn.MaxPool2d(3, 2), nn.MaxPool2d(2, 1), nn.MaxPool2d(2, ceil_mode=True)])

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        z = (
            self.relu(y + y) * y
            + self.relu(x + y)
            + self.relu(y)
            + self.relu(self.other(x) + x.mean((2, 3), keepdim=True))
            + self.gelu(self.third(x))
        )
        return torch.cat([pool(z).mean((2, 3)) for pool in self.pools], 1) + F.max_pool2d(z, 2, padding=1).mean()


class Wayward(nn.Module):
    """Its way depends on its numbers."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    return Both() if name == "both" else spec_of(defaults(name)).build(10)


@pytest.mark.parametrize("name", [*TRAINABLE, "both"])
def test_in_float64_it_is_the_same_function(name: str) -> None:
    model = built(name).double().train()
    pixels = torch.randn(6, 8 if name == "both" else 3, 32, 32, dtype=torch.float64)
    other = copy.deepcopy(model)
    quick = fused(model)
    assert quick is not model
    answers = []
    for forward, learner in ((quick, model), (other, other)):
        torch.manual_seed(1)  # of what is dropped
        y = forward(pixels)
        answers.append(shown(y, [p for p in learner.parameters() if p.requires_grad], torch.ones_like(y)))
    for one, two in zip(*answers, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-9, atol=1e-10)
    for one, two in zip(model.buffers(), other.buffers(), strict=True):
        torch.testing.assert_close(one, two)
    model.eval()  # the parts are the same, not copies
    torch.testing.assert_close(quick.eval()(pixels), model(pixels))


def gradients(forward: nn.Module, model: nn.Module, pixels: Tensor, *, narrow: bool) -> Tensor:
    """All slopes of a loss, one after the other, in float64."""
    labels = torch.arange(len(pixels)) % 10
    with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
        logits = forward(pixels)
    loss = F.cross_entropy(logits.double(), labels)
    found = torch.autograd.grad(loss, [p for p in model.parameters() if p.requires_grad])
    return torch.cat([each.double().flatten() for each in found])


@pytest.mark.parametrize("name", [*TRAINABLE, "both"])
def test_in_bfloat16_it_is_no_further_off_than_torch(name: str) -> None:
    model = built(name).train().to(memory_format=torch.channels_last)
    for part in model.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    pixels = torch.randn(64, 8 if name == "both" else 3, 32, 32).to(memory_format=torch.channels_last)
    exact = copy.deepcopy(model).double()
    right = gradients(exact, exact, pixels.double(), narrow=False)
    ours, theirs = (gradients(each, model, pixels, narrow=True) for each in (fused(model), model))
    off = [float((each - right).norm() / right.norm()) for each in (ours, theirs)]
    assert off[0] < 1.1 * off[1] < 0.5, off


def test_a_network_without_a_graph_stays_as_it_is() -> None:
    model = Wayward()
    assert fused(model) is model
