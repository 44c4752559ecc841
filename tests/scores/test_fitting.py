"""Softmax regression equals torch.optim step by step, and the live task shows what it promises."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.data.generated import CLASSES, shapes
from cnnviz.scores.fitting import Recipe, fit, measured
from cnnviz.training.tasks.linear import SIDE, Settings, run


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    drawn = shapes(200, seed=1)
    return np.stack(drawn.images), drawn.labels


def test_each_step_is_that_of_torch_with_the_whole_set_as_batch(data: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = data
    recipe = Recipe(steps=20, batch=200, rate=0.003, decay=0.1, scale=0.01, seed=5)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).flatten(1).double() / 127.5 - 1
    learned = list(fit(images, labels, CLASSES, recipe=recipe))
    weight = torch.tensor(learned[0].classifier.weights, requires_grad=True)
    bias = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    groups = [{"params": [weight], "weight_decay": recipe.decay}, {"params": [bias]}]
    optimizer = torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.steps)
    for each in learned:
        loss = functional.cross_entropy(x @ weight.T + bias, torch.tensor(labels))
        assert each.loss == pytest.approx(loss.item(), rel=1e-4)
        np.testing.assert_allclose(each.classifier.weights, weight.detach().numpy(), atol=1e-5)
        np.testing.assert_allclose(each.classifier.bias, bias.detach().numpy(), atol=1e-5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    assert [each.step for each in learned] == list(range(21))


def test_loss_and_accuracy_of_other_pictures_equal_torch(data: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = data
    *_, last = fit(images, labels, CLASSES, recipe=Recipe(steps=5, batch=50, rate=0.003, decay=0.0))
    x = torch.from_numpy(images).permute(0, 3, 1, 2).flatten(1).double() / 127.5 - 1
    z = x @ torch.tensor(last.classifier.weights).T + torch.tensor(last.classifier.bias)
    loss, share = measured(last.classifier, images, labels)
    assert loss == pytest.approx(functional.cross_entropy(z, torch.tensor(labels)).item(), rel=1e-4)
    assert share == pytest.approx((z.argmax(1) == torch.tensor(labels)).double().mean().item())


def test_the_task_starts_at_ln_10_and_its_templates_emerge_from_gray() -> None:
    events = list(run(Settings(steps=100)))
    assert events[0].loss == pytest.approx(math.log(10), abs=1e-6)
    assert events[0].test_loss == pytest.approx(math.log(10), abs=1e-5)
    assert events[0].accuracy == pytest.approx(0.1)
    assert events[-1].progress == 1.0
    assert events[-1].accuracy > 0.25
    assert events[-1].loss < events[0].loss
    shown = [np.frombuffer(base64.b64decode(event.templates), np.uint8) for event in events if event.templates]
    assert len(shown) == 6
    assert all(len(each) == 10 * SIDE * SIDE * 3 for each in shown)
    assert set(shown[0]) == {128}
    assert shown[-1].std() > 10


def test_a_rate_that_is_too_large_is_told_not_stopped() -> None:
    events = list(run(Settings(steps=50, rate=1.0, decay=3.0, scale=0.1)))
    assert events[-1].progress == 1.0
    assert not events[-1].loss < events[0].loss / 2
