"""The incremental engine against whole passes: random layers, torchvision's networks, and networks it must refuse."""

from __future__ import annotations

import random
import threading

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.occlusion.engine import Incremental
from cnnviz.occlusion.patch import Patch
from cnnviz.occlusion.planning import plan, shapes
from cnnviz.occlusion.tracing import traced
from cnnviz.occlusion.whole import Whole, engine


def both(model: nn.Module, picture: Tensor, patch: Patch) -> tuple[Tensor, Tensor, float]:
    """Logits of all windows from the incremental engine and from whole passes; the share of the work it does."""
    model = model.eval().requires_grad_(False)
    spans = patch.spans(*picture.shape[-2:])
    windows = [(r, c) for r in range(len(spans[0][0])) for c in range(len(spans[1][0]))]
    fill = torch.randn(picture.shape, generator=torch.Generator().manual_seed(5), dtype=picture.dtype)
    steps = traced(model, picture.dtype)
    assert steps is not None
    with torch.inference_mode():
        fast, plain = Incremental(steps, picture), Whole(model, picture)
        ours, wanted = (each.over(*spans)(fill, windows) for each in (fast, plain))
        return ours, wanted, plan(steps, shapes(fast.clean), *spans).share


def layer(rng: random.Random, channels: int) -> nn.Module:
    """A convolution or a pooling with random geometry that keeps the number of channels."""
    kernel = (rng.randint(1, 4), rng.randint(1, 4))
    stride = (rng.randint(1, 3), rng.randint(1, 2))
    padding = tuple(rng.randint(0, k // 2) for k in kernel)
    kind = rng.choice(["conv", "conv", "dilated", "max", "average"])
    if kind == "max":
        return nn.MaxPool2d(kernel, stride, padding, ceil_mode=rng.random() < 0.5)
    if kind == "average":
        options = {"ceil_mode": rng.random() < 0.5, "count_include_pad": rng.random() < 0.5}
        return nn.AvgPool2d(kernel, stride, padding, **options)
    dilation = 2 if kind == "dilated" else 1
    groups = rng.choice([1, 1, channels])
    return nn.Conv2d(channels, channels, kernel, stride, padding, dilation=dilation, groups=groups)


@pytest.mark.parametrize("seed", range(30))
def test_random_chains_of_random_layers(seed: int) -> None:
    torch.manual_seed(seed)
    rng = random.Random(seed)
    picture = torch.randn(1, 3, rng.randint(26, 40), rng.randint(26, 40), dtype=torch.float64)
    parts: list[nn.Module] = [nn.Conv2d(3, 4, 3, padding=rng.randint(0, 2))]
    for _ in range(6):
        following = [layer(rng, 4), rng.choice([nn.ReLU(inplace=True), nn.Tanh(), nn.BatchNorm2d(4), nn.Dropout(0.5)])]
        trial = nn.Sequential(*parts, *following).double().eval()
        with torch.no_grad(), torch.random.fork_rng():
            fits = _runs(trial, picture)
        parts += following if fits else []
    model = nn.Sequential(*parts, nn.AdaptiveAvgPool2d((2, 1)), nn.Flatten(), nn.Linear(8, 5)).double()
    patch = Patch(rng.randint(1, 12), rng.randint(1, 12), rng.randint(3, 9), rng.randint(3, 9))
    ours, wanted, share = both(model, picture, patch)
    assert (ours - wanted).abs().max() < 1e-9
    assert share <= 1


def _runs(model: nn.Module, picture: Tensor) -> bool:
    try:
        return min(model(picture).shape[-2:]) > 2
    except RuntimeError:
        return False


class Branched(nn.Module):
    """Shortcuts, a concatenation, functions instead of modules, one map used three times, work in place."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 5, 2, 2), nn.Conv2d(6, 6, 3, 1, 1)
        self.side, self.norm = nn.Conv2d(6, 6, 1), nn.BatchNorm2d(6)
        self.last = nn.Linear(18, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x), inplace=True)
        x = x + self.norm(self.second(x))
        y = F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)
        z = F.max_pool2d(self.side(x), 2, 2, ceil_mode=True)
        joined = torch.cat([y, z, y * 0.5], 1)
        joined += torch.sigmoid(joined)
        return self.last(joined.mean((2, 3)))


@pytest.mark.parametrize("patch", [Patch(4, 4, 3, 3), Patch(1, 9, 5, 2), Patch(17, 3, 4, 9)], ids=str)
def test_branches(patch: Patch) -> None:
    torch.manual_seed(0)
    ours, wanted, share = both(Branched().double(), torch.randn(1, 3, 29, 35, dtype=torch.float64), patch)
    assert (ours - wanted).abs().max() < 1e-12
    assert share < 0.7


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "mobilenet_v2", "squeezenet1_1", "efficientnet_b0"])
def test_torchvisions_networks(name: str) -> None:
    torch.manual_seed(0)
    more = {"init_weights": False} if name == "googlenet" else {}
    model = torchvision.models.get_model(name, weights=None, num_classes=7, **more)
    if name == "googlenet":
        model.transform_input = True  # as its published weights need
    ours, wanted, share = both(model, torch.randn(1, 3, 96, 80), Patch(16, 16, 40, 60))
    assert (ours - wanted).abs().max() <= 1e-4 * wanted.abs().max()
    assert name == "efficientnet_b0" or share < 0.95  # whose gates see the whole picture from the first block on


class Moody(nn.Module):
    """Does one thing or another, as the numbers in the picture have it: no tracing knows which."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x) if x.sum() > 0 else -self.conv(x)
        return self.last(x.mean((2, 3)))


class Counting(nn.Module):
    """Can be traced, but answers otherwise each time it is built for: the trace holds what the picture was first."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last, self.calls = nn.Conv2d(3, 4, 3), nn.Linear(4, 3), 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.last(self.conv(x).mean((2, 3))) * self.calls


@pytest.mark.parametrize("kind", [Moody, Counting])
def test_a_network_that_cannot_be_traced_runs_as_it_is(kind: type[nn.Module]) -> None:
    torch.manual_seed(0)
    model, picture = kind().eval(), torch.randn(1, 3, 20, 20)
    with torch.inference_mode():
        assert isinstance(engine(model, picture), Whole)


def test_a_network_that_can_be_traced_does_not() -> None:
    model, picture = Branched().eval(), torch.randn(1, 3, 20, 20)
    with torch.inference_mode():
        assert isinstance(engine(model, picture), Incremental)


def test_other_threads_run_while_one_traces() -> None:
    """fx stands in the calls of all modules while it traces; others must not notice."""
    stop, errors = threading.Event(), []
    mine, picture = Branched().eval(), torch.randn(1, 3, 20, 20)
    wanted = mine(picture)

    def keep_running() -> None:
        while not stop.is_set():
            try:
                assert torch.equal(mine(picture), wanted)
            except Exception as error:  # noqa: BLE001
                errors.append(error)

    thread = threading.Thread(target=keep_running)
    thread.start()
    try:
        for _ in range(30):
            assert traced(Branched().eval()) is not None
    finally:
        stop.set()
        thread.join()
    assert not errors


def test_the_share_of_a_small_patch_is_what_can_be_counted_by_hand() -> None:
    """One 3×3 convolution on 20×20: a patch of 4×4 reaches 6×6 places of 400."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    steps = traced(model)
    assert steps is not None
    clean = Incremental(steps, torch.zeros(1, 3, 20, 20)).clean
    spans = (np.array([8]), np.array([12]))
    assert plan(steps, shapes(clean), spans, spans).share == pytest.approx(36 / 400)
