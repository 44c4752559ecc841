"""Slow methods in steps: the same map in the end, the cost known before, nothing held while nobody asks."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
import torch

from cnnviz.cam import METHODS, Context, MethodError, estimate, explain, explain_in_steps
from cnnviz.cam.registry import last
from cnnviz.models import Box
from cnnviz.probe import look

SLOW = [("score-cam", "last"), ("score-cam", "first"), ("ablation-cam", "first")]


@pytest.mark.parametrize(("method", "layer"), SLOW)
def test_the_last_step_is_the_map(network, photo, method: str, layer: str) -> None:
    steps = list(explain_in_steps(network, photo, method=method, layer=layer, target=2))
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert [step.share == 1 for step in steps] == [False] * (len(steps) - 1) + [True]
    assert (steps[0].done, steps[0].left, steps[-1].left) == (0, None, 0)
    assert not steps[0].explanation.map.any()
    end, expected = steps[-1].explanation, explain(network, photo, method=method, layer=layer, target=2)
    np.testing.assert_allclose(end.map, expected.map, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(end.weights, expected.weights, rtol=1e-4, atol=1e-6)
    assert (end.box, end.target, end.layer) == (expected.box, expected.target, layer)
    assert end.seconds >= steps[0].explanation.seconds > 0


@pytest.mark.parametrize("method", [name for name in METHODS if name != "score-cam"])
def test_a_quick_method_is_one_step(network, photo, method: str) -> None:
    (step,) = explain_in_steps(network, photo, method=method)
    assert (step.done, step.total, step.share) == (0, 0, 1.0)
    np.testing.assert_allclose(step.explanation.map, explain(network, photo, method=method).map, rtol=1e-5, atol=1e-6)


def test_a_view_is_not_framed_again(network, photo) -> None:
    *_, whole = explain_in_steps(network, photo, method="score-cam")
    *_, framed = explain_in_steps(network, network.view(photo), method="score-cam", framed=True)
    np.testing.assert_allclose(whole.explanation.map, framed.explanation.map)
    assert framed.explanation.box == Box(0, 0, *network.view(photo).shape[:2])


@pytest.mark.parametrize(("method", "layer"), SLOW)
def test_the_cost_is_the_number_of_pictures(network, photo, method: str, layer: str) -> None:
    seen = look(network.lean, layer, network.prepare(photo))
    context = Context(network.lean, layer)
    cost = METHODS[method].cost(seen, context)
    passes: list[int] = []
    handle = network.lean.head.register_forward_hook(lambda _, given, __: passes.append(len(given[0])))
    last(METHODS[method].steps(seen, context))
    handle.remove()
    assert sum(passes) == cost
    assert max(passes) == min(8, cost)
    assert estimate(network, photo, method=method, layer=layer)[0] == cost
    assert estimate(network, photo, method=method, layer=layer)[1] > 0


def test_what_is_not_slow_costs_nothing(network, photo) -> None:
    assert estimate(network, photo, method="ablation-cam")[0] == 0
    assert estimate(network, photo, method="layer-cam", layer="first")[0] == 0
    seen = look(network.lean, "last", network.prepare(photo), target=1)
    assert all(METHODS[name].cost(seen, Context(network.lean, "last")) == 0 for name in METHODS if name != "score-cam")


def test_too_long_is_refused_after_a_few_pictures(network, photo) -> None:
    steps = []
    with pytest.raises(MethodError, match="Score-CAM would take about") as refused:
        steps.extend(explain_in_steps(network, photo, method="score-cam", limit=1e-6))
    assert len(str(refused.value)) <= 140
    assert steps == [] or steps[-1].done < 12


def test_the_lock_is_free_between_two_steps_and_nothing_is_left_by_who_stops(network, photo) -> None:
    free = []

    def try_lock() -> None:
        free.append(network.lock.acquire(blocking=False))
        if free[-1]:
            network.lock.release()

    steps = explain_in_steps(network, photo, method="score-cam")
    for _ in range(3):
        next(steps)
        thread = threading.Thread(target=try_lock)
        thread.start()
        thread.join()
        assert torch.is_grad_enabled()
        assert not any(m._forward_hooks for m in [*network.lean.modules(), *network.model.modules()])
    steps.close()
    assert free == [True] * 3


@pytest.mark.parametrize(("method", "layer"), SLOW)
@pytest.mark.parametrize("batch", [1, 3])
def test_the_batch_does_not_matter(network, photo, method: str, *, layer: str, batch: int) -> None:
    seen = look(network.lean, layer, network.prepare(photo), target=1)
    few, many = (list(METHODS[method].steps(seen, Context(network.lean, layer, n))) for n in (batch, 8))
    assert max(after.done - before.done for before, after in itertools.pairwise(few)) == batch
    torch.testing.assert_close(few[-1].weights, many[-1].weights, rtol=1e-4, atol=1e-5)


def test_half_precision_says_the_same_to_two_digits(network, photo) -> None:
    *_, half = explain_in_steps(network, photo, method="score-cam", half=True)
    full = explain(network, photo, method="score-cam")
    assert np.corrcoef(half.explanation.map.ravel(), full.map.ravel())[0, 1] > 0.99


def test_several_images_at_once_are_those_images_one_by_one(network) -> None:
    images = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    for method, layer in SLOW:
        context = Context(network.model, layer)
        together = METHODS[method](look(network.model, layer, images), context)
        alone = [METHODS[method](look(network.model, layer, image[None]), context)[0] for image in images]
        torch.testing.assert_close(together, torch.stack(alone), rtol=1e-4, atol=1e-5)
