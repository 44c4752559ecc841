"""Attributions: captum's own numbers, completeness against the logits, nothing left behind on the shared network."""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, Saliency

from cnnviz.attribution import ATTRIBUTIONS, attribute
from cnnviz.attribution.registry import BadAttribution

METHODS = list(ATTRIBUTIONS)


def last(network, view, **asked):
    *_, found = attribute(network, view, **asked)
    return found


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_a_map_in_the_frame_and_complete_ones_add_up(network, picture, method):
    view, item = network.view(picture), ATTRIBUTIONS[method]
    if network.name == "cifar-fast" and method in ("guided-backprop", "deeplift"):
        with pytest.raises(BadAttribution, match="GELU"):
            next(attribute(network, view, method=method))
        return
    assert not item.refuse(network.model)
    events = list(attribute(network, view, method=method))
    found = events[-1]
    progress = [each.progress for each in events]
    assert progress == sorted(progress) and progress[-1] == 1
    assert all(each.map.shape == view.shape[:2] and each.map.dtype == np.float32 for each in events)
    assert np.isfinite(found.map).all() and found.map.std() > 0 and (found.map.min() < 0) == item.signed
    with torch.inference_mode():
        inputs = network.inputs(view)
        scores, empty = network.model(inputs)[0], network.model(torch.zeros_like(inputs))[0]
    assert found.target == int(scores.argmax())
    assert found.logit == pytest.approx(float(scores.max()), abs=1e-4)
    assert found.baseline == pytest.approx(float(empty[found.target]), abs=1e-4)
    if item.complete:
        assert found.total == pytest.approx(float(found.map.sum(dtype=np.float64)), abs=1e-3)
        assert abs(found.missing) < 0.12 * abs(found.logit - found.baseline)


def test_saliency_is_the_plain_gradient(network, picture):
    view = network.view(picture)
    found = last(network, view, method="saliency", target=2)
    inputs = network.inputs(view).requires_grad_()
    (gradient,) = torch.autograd.grad(network.model(inputs)[0, 2], inputs)
    expected = gradient[0].abs().amax(0).numpy()
    np.testing.assert_allclose(found.map, expected, rtol=1e-4, atol=1e-5 * expected.max())
    captums = Saliency(network.model).attribute(network.inputs(view).requires_grad_(), target=2)
    np.testing.assert_allclose(found.map, captums[0].amax(0).numpy(), rtol=1e-4, atol=1e-5 * expected.max())


def test_integrated_gradients_are_captums_on_the_plain_model(resnet, picture):
    view = resnet.view(picture)
    found = last(resnet, view, method="integrated-gradients", target=7)
    inputs = resnet.inputs(view)
    fine = IntegratedGradients(resnet.model).attribute(
        inputs, torch.zeros_like(inputs), target=7, n_steps=160, internal_batch_size=40, method="riemann_middle"
    )
    expected = fine[0].sum(0).numpy()
    assert np.corrcoef(found.map.ravel(), expected.ravel())[0, 1] > 0.98
    assert np.abs(found.map - expected).mean() < 0.2 * np.abs(expected).mean()


def test_smoothgrad_is_the_mean_of_noisy_gradients_and_repeats(resnet, picture):
    view = resnet.view(picture)
    torch.manual_seed(8)
    state = torch.get_rng_state()
    first = last(resnet, view, method="smoothgrad", target=7, seed=1)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(9)
    again = last(resnet, view, method="smoothgrad", target=7, seed=1)
    np.testing.assert_array_equal(first.map, again.map)
    other = last(resnet, view, method="smoothgrad", target=7, seed=2)
    assert 0.5 < np.corrcoef(first.map.ravel(), other.map.ravel())[0, 1] < 0.9999
    inputs = resnet.inputs(view)
    noise = 0.15 * float(inputs.max() - inputs.min())
    draw = torch.Generator().manual_seed(0)
    noisy = (inputs + noise * torch.randn(120, *inputs.shape[1:], generator=draw)).requires_grad_()
    (gradients,) = torch.autograd.grad(resnet.model(noisy)[:, 7].sum(), noisy)
    expected = gradients.mean(0).abs().amax(0).numpy()
    assert np.corrcoef(first.map.ravel(), expected.ravel())[0, 1] > 0.7


@pytest.mark.parametrize("method", METHODS)
def test_the_shared_network_stays_as_it_was_also_when_abandoned(resnet, picture, method):
    before = copy.deepcopy(resnet.model.state_dict())
    view = resnet.view(picture)
    for events in (1, 3):
        started = attribute(resnet, view, method=method)
        list(itertools.islice(started, events))
        started.close()
    assert all(torch.equal(before[name], values) for name, values in resnet.model.state_dict().items())
    for module in resnet.model.modules():
        assert not (module._forward_hooks or module._forward_pre_hooks or module._backward_hooks or module.training)
    assert not any(p.requires_grad or p.grad is not None for p in resnet.model.parameters())
    assert resnet.lock.acquire(blocking=False)
    resnet.lock.release()


def test_the_grad_mode_of_the_caller_does_not_matter(resnet, picture):
    view = resnet.view(picture)
    expected = last(resnet, view, method="saliency").map
    with torch.inference_mode():
        np.testing.assert_allclose(last(resnet, view, method="saliency").map, expected, rtol=1e-5)
        assert torch.is_inference_mode_enabled()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_says_what_it_shows_and_hides_in_a_line_each(method):
    item = ATTRIBUTIONS[method]
    assert 30 < len(item.shows) < 110 and 30 < len(item.hides) < 110
    assert item.passes >= 1 and item.reference.startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
