"""The climb: Adam as in torch, known maximizers found, same seed same picture, and nothing left behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.actmax import MILESTONES, Channel, Climbed, ClimbError, Diversity, Logit, advice, climb
from cnnviz.actmax.adam import Adam
from cnnviz.models import Layer, Network, Spec, UnknownClass, load
from cnnviz.models.residual import GapHead

PLAIN: dict[str, Any] = {"parameterization": "pixel", "jitters": "none", "penalties": "", "size": 16}


def last(events: Iterator[Climbed]) -> Climbed:
    return list(events)[-1]


def test_adam_is_that_of_torch_upwards() -> None:
    torch.manual_seed(0)
    start, slopes = torch.randn(5, 4), torch.randn(30, 5, 4) * torch.logspace(-6, 2, 30)[:, None, None]
    theirs = nn.Parameter(start.clone())
    optimizer = torch.optim.Adam([theirs], lr=0.05, maximize=True)
    ours, rule = start, Adam(0.05)
    for slope in slopes:
        theirs.grad = slope.clone()
        optimizer.step()
        ours = rule.step(ours, slope)
        torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-6)


def linear(kernel: torch.Tensor) -> Network:
    """A network whose class 0 is the sum of the picture times ``kernel`` ``(3, 8, 8)``."""
    model = nn.Sequential(nn.Conv2d(3, 2, 8, bias=False), GapHead(2, 1))
    with torch.no_grad():
        model[0].weight[0], model[1].linear.weight[:] = kernel, torch.tensor([[1.0, 0.0]])
        model[1].linear.bias.zero_()
    spec = Spec("toy", "Toy", "", "", lambda _: model, 8, (0.5,) * 3, (0.5,) * 3, (Layer("0", ""),))
    return Network(spec, model, classes=("only",))


def test_the_best_picture_of_a_linear_network_is_its_kernel() -> None:
    """The slope of ``k·(x - m) / s - w mean((x - 0.5)²)`` is zero at ``x = 0.5 + k n / (2 w s)`` with n pixels."""
    kernel = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(2))
    kernel = kernel / kernel.abs().max()
    weight = 800.0
    settings = PLAIN | {"size": 8, "penalties": f"{weight:g}*l2"}
    found = last(climb(linear(kernel), "logit:only", **settings, steps=512, rate=0.05))
    best = 0.5 + kernel / 0.5 * kernel.numel() / (2 * weight)
    np.testing.assert_allclose(found.image[0] / 255, best.permute(1, 2, 0).numpy(), atol=0.01)


def test_without_a_penalty_its_signs_are_found() -> None:
    kernel = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(3))
    found = last(climb(linear(kernel), "logit:only", **PLAIN | {"size": 8}, steps=200, rate=0.1))
    clear = kernel.abs() > 0.01
    assert torch.equal(torch.from_numpy(found.image[0].copy()).permute(2, 0, 1)[clear] > 127, kernel[clear] > 0)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_every_objective_grows(network: Network, precision: torch.dtype) -> None:
    for text in (
        "logit:dog",
        "unit:first:2",
        "layer:last",
        "direction:last:random:1",
        "logit:cat - 0.5*channel:last:3",
    ):
        events = list(climb(network, text, steps=40, size=16, jitters="usual", penalties="", precision=precision))
        assert events[-1].value > events[0].value + 0.01
        assert np.isfinite([each.value for each in events]).all()


def test_events_come_at_milestones_and_between(network: Network) -> None:
    settings = {**PLAIN, "steps": 40}
    told = list(climb(network, "logit:dog", every=10, **settings))
    assert [each.step for each in told] == [1, 4, 10, 16, 20, 30, 40]
    assert [each.step for each in told if each.milestone] == [1, 4, 16, 40]
    assert told[-1].progress == 1 and all(each.progress == each.step / 40 for each in told)
    ticks = list(climb(network, "logit:dog", every=10, ticks=True, **settings))
    assert [each.step for each in ticks] == list(range(1, 41))
    for each in ticks:
        assert each.measured == max(known.step for known in told if known.step <= each.step)
    assert [each.value for each in ticks if each.step == each.measured] == [each.value for each in told]
    assert set(MILESTONES) >= {1, 4, 16, 64, 256}


def test_value_and_terms_are_of_the_picture_shown(network: Network) -> None:
    """A picture is rounded to 256 levels, so nearly."""
    objective = 2 * Logit("dog") - Channel("first", 1)
    found = last(climb(network, objective, penalties="0.1*tv + 3*l2", jitters="strong", steps=20, size=16, count=2))
    pixels = torch.from_numpy(found.image).permute(0, 3, 1, 2) / 255
    inputs = network.inputs(found.image)
    with torch.no_grad():
        scores, first = network.model(inputs)[:, 1], network.model.first(inputs)[:, 1].mean((1, 2))
    np.testing.assert_allclose(found.each, (2 * scores - first).numpy(), atol=0.03)
    assert found.value == pytest.approx(np.mean(found.each))
    terms = dict(found.terms)
    assert list(terms) == ["logit:dog", "channel:first:1", "tv", "l2"]
    assert terms["logit:dog"] == pytest.approx(float(scores.mean()), abs=0.03)
    assert terms["l2"] == pytest.approx(float((pixels - 0.5).square().mean()), abs=1e-3)


def test_a_grid_of_units_is_as_each_for_itself(network: Network) -> None:
    """The images of a batch do not meet: without jitter, and with starts that differ, each climbs its own objective."""
    grid = last(climb(network, "channel:first:0; channel:first:4", **PLAIN, steps=60, count=2))
    assert grid.image.shape == (4, 16, 16, 3) and [name for name, _ in grid.terms] == [
        "channel:first:0",
        "channel:first:4",
    ]
    with torch.no_grad():
        means = network.model.first(network.inputs(grid.image)).mean((2, 3))
    np.testing.assert_allclose(grid.each, [*means[:2, 0], *means[2:, 4]], atol=0.02)
    assert (means[:2, 0] > means[2:, 0]).all() and (means[2:, 4] > means[:2, 4]).all()


def test_diversity_makes_the_batch_less_alike(network: Network) -> None:
    def alike(weight: float) -> float:
        objective = Logit("dog") + weight * Diversity("first")
        return -dict(last(climb(network, objective, **PLAIN, steps=60, count=3)).terms)["diversity:first"]

    assert alike(20.0) < alike(0.0) - 0.05


def test_the_same_seed_gives_the_same_picture(network: Network) -> None:
    pictures = [last(climb(network, "logit:dog", steps=12, size=16, seed=seed)).image for seed in (1, 1, 2)]
    assert np.array_equal(pictures[0], pictures[1]) and not np.array_equal(pictures[0], pictures[2])


def situation(network: Network) -> Any:
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.model.modules()]
    modes = [m.training for m in network.model.modules()]
    weights = [(p.requires_grad, p.grad is None, p.stride(), p.clone()) for p in network.model.parameters()]
    return hooks, modes, weights, torch.is_grad_enabled(), torch.get_rng_state().tolist()


def test_nothing_is_left_behind(network: Network) -> None:
    """After a climb, between two events, after an abandoned one, and after an error in the network."""
    before = situation(network)

    def same() -> bool:
        now = situation(network)
        same_weights = all(a[:3] == b[:3] and torch.equal(a[3], b[3]) for a, b in zip(before[2], now[2], strict=True))
        free = network.lock.acquire(blocking=False)
        network.lock.release()
        return same_weights and free and (before[:2], before[3:]) == (now[:2], now[3:])

    last(climb(network, "logit:dog", steps=5, size=16))
    assert same()
    climbing = climb(network, "channel:first:1 + layer:last", steps=50, size=16)
    next(climbing)
    assert same()
    climbing.close()  # type: ignore[attr-defined]
    del climbing
    assert same()
    with pytest.raises(ClimbError):
        last(climb(network, "unit:last:0:99:99", steps=5, size=16))
    assert same()


def test_it_climbs_whatever_mode_the_caller_is_in(network: Network) -> None:
    with torch.inference_mode():
        quiet = last(climb(network, "logit:dog", steps=5, size=16))
    with torch.no_grad():
        still = last(climb(network, "logit:dog", steps=5, size=16))
    assert np.array_equal(quiet.image, still.image) and quiet.value == still.value


STRANGE = (
    ({"steps": 0}, ClimbError),
    ({"steps": 513}, ClimbError),
    ({"size": 4}, ClimbError),
    ({"size": 999}, ClimbError),
    ({"count": 0}, ClimbError),
    ({"count": 5000}, ClimbError),
    ({"rate": float("nan")}, ClimbError),
    ({"rate": -1.0}, ClimbError),
    ({"jitters": "shake"}, ClimbError),
    ({"parameterization": "oil"}, ClimbError),
    ({"penalties": "logit:dog"}, ClimbError),
    ({"objective": "logit:cow"}, UnknownClass),
)


@pytest.mark.parametrize(("settings", "error"), STRANGE, ids=str)
def test_what_cannot_be_is_told_before_the_first_step(
    network: Network, settings: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error) as told:
        climb(network, **{"objective": "logit:dog", **settings})
    assert 10 < len(str(told.value)) <= 140


def test_a_network_of_one_size_says_so() -> None:
    convnetjs = load("convnetjs")
    assert advice(convnetjs).fixed and advice(convnetjs).size == 32
    with pytest.raises(ClimbError, match="set the size to 32"):
        last(climb(convnetjs, "logit:cat", size=48, steps=1))
    # a layer before the flattening takes any size
    assert last(climb(convnetjs, "channel:relu3:2", size=48, steps=2)).image.shape == (1, 48, 48, 3)


def test_diverging_stays_finite(network: Network) -> None:
    found = last(climb(network, "1000*layer:last", steps=30, size=16, rate=10.0))
    assert np.isfinite([found.value, *found.each, *itertools.chain(v for _, v in found.terms)]).all()


@pytest.mark.parametrize("name", ["cifar-resnet20", "cifar-fast"])
def test_a_trained_network_sees_the_class_in_its_picture(name: str) -> None:
    """With the settings advised, and scaled to its own size: no trick of exact pixels or of the large canvas."""
    trained = load(name)
    found = last(climb(trained, "logit:ship; logit:horse", every=256))  # as many steps as on the page: 60 are too few
    assert [int(p.argmax()) for p in trained.predict(found.image)] == [trained.index("ship"), trained.index("horse")]
    assert found.image.std() > 25 and ((found.image < 4) | (found.image > 251)).mean() < 0.2


@pytest.mark.parametrize(("layer", "unit"), [("stage3", 12), ("stage3", 7)])
def test_a_unit_that_is_silent_at_the_start_is_given_another_one(layer: str, unit: int) -> None:
    """Behind a ReLU the value of a small noise may be 0, and so is every slope: it would stay there."""
    told = list(climb(load("cifar-resnet20"), f"channel:{layer}:{unit}", steps=32, size=32, every=32))
    assert told[0].value == 0 < told[-1].value
