"""Weights randomized from the top: the shared network stays as it is, bit for bit, and stages cover every weight."""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
import torch

from cnnviz.data.samples import sample
from cnnviz.models import load
from cnnviz.trust import Question, map_of, randomization, rank_correlation, stages
from cnnviz.trust.maps import settled
from cnnviz.trust.randomization import forget, private


@pytest.fixture(scope="module")
def view(resnet) -> np.ndarray:
    return resnet.view(sample("cat"))


def test_the_shared_network_and_the_random_state_stay(resnet, view):
    before = copy.deepcopy(resnet.model.state_dict())
    torch.manual_seed(3)
    state = torch.get_rng_state()
    found = [each for each in randomization(resnet, view, Question("grad-cam")) if each]
    after = resnet.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(state, torch.get_rng_state())
    assert not any(module._forward_hooks or module._backward_hooks for module in resnet.model.modules())
    assert [each.stage for each in found] == ["", *(stage.name for stage in reversed(stages(resnet)))]
    assert found[0].correlation == pytest.approx(1) and found[0].similarity == pytest.approx(1)
    assert found[-1].progress == 1 and found[-1].probability < 0.5 < found[0].probability
    assert resnet.lock.acquire(blocking=False)
    resnet.lock.release()


def test_the_first_map_is_the_trained_networks_and_the_others_are_of_what_is_forgotten(resnet, view):
    asked = settled(resnet, view, Question("grad-cam", seed=5))
    found = [each for each in randomization(resnet, view, asked) if each]
    np.testing.assert_allclose(found[0].map, map_of(resnet, view, asked), atol=1e-6)
    by_hand = private(resnet)
    for k, stage in enumerate(reversed(stages(resnet)), start=1):
        forget(by_hand.model, stage.paths, seed=5 + 1000 * k)
    expected = map_of(by_hand, view, asked)
    np.testing.assert_allclose(found[-1].map, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    assert found[-1].correlation == pytest.approx(rank_correlation(expected, found[0].map), abs=1e-3)


@pytest.mark.parametrize("name", ["photo", "cifar-fast", "cifar-resnet20", "convnetjs"])
def test_stages_cover_every_weight_once_and_fit_into_a_strip(name):
    network = load(name)
    found = stages(network)
    paths = [path for stage in found for path in stage.paths]
    weighted = {path for path, module in network.model.named_modules() if list(module.parameters(recurse=False))}
    assert sorted(paths) == sorted(weighted)
    assert 3 < len(found) <= 20 and len({stage.name for stage in found}) == len(found)


def test_forgotten_layers_are_drawn_as_before_training_and_others_stay(resnet):
    model = private(resnet).model
    trained = copy.deepcopy(model.state_dict())
    path = "stage3.0.conv2"
    forget(model, (path, "stage3.0.bn2"), seed=1)
    weight = model.get_submodule(path).weight
    assert float(weight.std()) == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.05)
    norm = model.get_submodule("stage3.0.bn2")
    assert norm.weight.eq(1).all() and norm.bias.eq(0).all() and norm.running_var.eq(1).all()
    changed = {name for name, values in model.state_dict().items() if not torch.equal(values, trained[name])}
    assert {name.rsplit(".", 1)[0] for name in changed} == {path, "stage3.0.bn2"}


def test_an_attribution_can_be_tested_too(resnet, view):
    told = (each for each in randomization(resnet, view, Question("saliency")) if each)
    first, second = itertools.islice(told, 2)
    assert first.map.shape == view.shape[:2] and second.correlation < 0.99 and second.stage == "head.linear"


def test_saliency_forgets_and_guided_backprop_does_not(resnet, view):
    """What Adebayo et al. found: with the top layers random, guided backprop still shows the same edges."""

    def kept(method: str) -> float:
        told = (each for each in randomization(resnet, view, Question(method)) if each)
        return float(np.mean([each.correlation for each in itertools.islice(told, 1, 4)]))

    assert kept("guided-backprop") > kept("saliency") + 0.1
