"""The loop: schedule, weight decay, mixing, averaging, and that it learns."""

import copy
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.training.loop import blend, cutmix, learning_rate, parameter_groups, train
from cnnviz.training.recipe import Recipe

RECIPE = Recipe(network="photo", dataset="none", epochs=6, batch=16, lr=0.1, weight_decay=1e-3, warmup=0.2)


def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero() -> None:
    assert learning_rate(RECIPE, 0.0) == 0.0
    assert learning_rate(RECIPE, 0.1) == pytest.approx(0.05)
    assert learning_rate(RECIPE, 0.2) == pytest.approx(0.1)
    assert learning_rate(RECIPE, 0.6) == pytest.approx(0.05)
    assert learning_rate(RECIPE, 1.0) == pytest.approx(0.0, abs=1e-12)


def test_sizes_change_at_their_fractions() -> None:
    recipe = Recipe(
        network="p", dataset="d", epochs=10, batch=1, lr=1, weight_decay=0, sizes=((0.3, 96), (0.6, 112), (1.0, 128))
    )
    assert [recipe.size_at(k) for k in range(10)] == [96] * 3 + [112] * 3 + [128] * 4


def test_only_kernels_decay() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    model[0].weight.requires_grad_(False)
    decayed, free = parameter_groups(model, 0.5)
    assert decayed["weight_decay"] == 0.5 and free["weight_decay"] == 0.0
    assert [p.shape for p in decayed["params"]] == [model[3].weight.shape]
    assert {id(p) for p in free["params"]} == {
        id(model[0].bias),
        id(model[1].weight),
        id(model[1].bias),
        id(model[3].bias),
    }


def test_cutmix_tells_the_share_that_it_kept() -> None:
    pixels = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 3, 20, 20).contiguous()
    for seed in range(20):
        mixed, partner, kept = cutmix(pixels, np.random.default_rng(seed))
        assert sorted(partner.tolist()) == list(range(6))
        for k in range(6):
            own = (mixed[k, 0] == k).float().mean().item()
            assert own == pytest.approx(1.0 if partner[k] == k else kept)
            assert ((mixed[k] == k) | (mixed[k] == partner[k])).all()


def test_blend_moves_by_its_share() -> None:
    model = nn.BatchNorm1d(3)
    average = copy.deepcopy(model)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.running_mean.fill_(1.0)
    blend(average, model, 0.25)
    assert average.weight.tolist() == [1.5] * 3
    assert average.running_mean.tolist() == [0.25] * 3


def quadrants(count: int) -> tuple[Tensor, Tensor]:
    """Images with one bright quadrant, which is the label."""
    rng = np.random.default_rng(0)
    labels = torch.arange(count) % 4
    images = torch.from_numpy(rng.normal(0, 0.3, (count, 3, 8, 8)).astype(np.float32))
    for image, label in zip(images, labels, strict=True):
        image[:, 4 * int(label // 2) :, 4 * int(label % 2) :][:, :4, :4] += 1.5
    return images, labels


def run() -> tuple[list[float], nn.Module]:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(32, 4)
    )
    images, labels = quadrants(128)

    def epochs(_: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.from_numpy(rng.permutation(128))
        for start in range(0, 128, 16):
            chosen = order[start : start + 16]
            yield images[chosen], labels[chosen]

    losses, kept = [], model
    for epoch, network in train(model, RECIPE, epochs, steps_per_epoch=8):
        losses.append(epoch.loss)
        kept = network
    return losses, kept


def test_it_starts_near_chance_and_learns() -> None:
    losses, model = run()
    images, labels = quadrants(128)
    accuracy = (model.eval()(images).argmax(1) == labels).float().mean()
    assert len(losses) == 6
    assert losses[0] < 1.5 * math.log(4)
    assert losses[-1] < 0.2 and accuracy > 0.98


def test_the_same_seed_gives_the_same_curve() -> None:
    assert run()[0] == run()[0]
