"""The network that overfits: that it does, that every remedy helps, and that the lines shown give its numbers."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz import jobs
from cnnviz.data.points import points
from cnnviz.training.tasks.overfit import EXAMPLES, EXTENT, GRID, Overfit, looks, milestones, network, run
from cnnviz.ui.regularizing.code import code
from cnnviz.ui.regularizing.runs import Run, run_of


def recorded(title: str) -> Run:
    """The recording of an example: whole runs are slow, and tests/training compares recordings with the task."""
    found = jobs.recorded("overfit", EXAMPLES[title])
    assert found is not None
    return run_of(found.events)


@pytest.fixture(scope="module")
def plain() -> Run:
    return recorded("It overfits")


def test_it_overfits(plain: Run) -> None:
    assert plain.train[-1] < 0.02 and plain.train_right[-1] == 1.0
    assert plain.validation[-1] > 4 * plain.validation[plain.best] and 0 < plain.best < len(plain.step) // 4
    assert plain.test[-1] > 4 * plain.test[plain.best]
    assert plain.norm[-1] > 3 * plain.norm[0]


@pytest.mark.parametrize(
    ("title", "share"), [("Weight decay", 0.2), ("Dropout", 0.5), ("More data", 0.2), ("A smaller network", 0.2)]
)
def test_every_remedy_helps(plain: Run, title: str, share: float) -> None:
    helped = recorded(title)
    assert helped.validation[-1] < share * plain.validation[-1]
    assert helped.test[-1] < share * plain.test[-1]
    assert helped.test_right[-1] > plain.test_right[-1]


def test_looks_are_even_and_milestones_are_looks() -> None:
    for steps in (400, 1000, 2000, 4000):
        at = looks(steps)
        assert at[0] == 0 and at[-1] == steps and len({b - a for a, b in itertools.pairwise(at)}) == 1
        assert milestones(steps)[-1] == steps
        assert set(milestones(steps)) <= set(at) and 10 <= len(milestones(steps)) <= 20


def test_events_hold_every_look_once_and_the_best(plain: Run) -> None:
    assert plain.step == tuple(looks(2000))
    assert [plain.step[at] for at in plain.moments] == milestones(2000)
    assert plain.validation[plain.best] == min(plain.validation)
    assert all(len(base64.b64decode(surface)) == GRID**2 for surface in plain.surfaces)


def test_a_shorter_run_is_the_beginning_of_a_longer_one(plain: Run) -> None:
    short = run_of(list(run(Overfit(steps=400))))
    assert short.train[-1] == pytest.approx(plain.train[plain.step.index(400)], rel=1e-3)
    assert short.validation[-1] == pytest.approx(plain.validation[plain.step.index(400)], rel=1e-3)


@pytest.mark.parametrize(
    "settings",
    [
        Overfit(steps=400),
        Overfit("spirals", 60, 0.1, 16, 0.003, 0.3, 0.1, 400, 2),
        Overfit("blobs", dropout=0.5, steps=400),
    ],
    ids=str,
)
def test_the_lines_shown_give_the_last_numbers(settings: Overfit) -> None:
    names: dict[str, Any] = {}
    exec(code(settings), names)  # noqa: S102 (the page's own lines)
    found = run_of(list(run(settings)))
    assert names["train"] == pytest.approx(found.train[-1], abs=1e-6)
    assert names["validation"] == pytest.approx(found.validation[-1], rel=1e-5)
    assert names["norm"] == pytest.approx(found.norm[-1], rel=1e-5)


def test_the_surface_is_the_network_from_the_top_left() -> None:
    settings = Overfit("blobs", noise=0.05, steps=400, decay=0.01)
    surface = np.frombuffer(base64.b64decode(list(run(settings))[-1].surface), np.uint8).reshape(GRID, GRID)
    xy, labels = points("blobs", 200, noise=0.05, seed=9)
    column = np.clip(((xy[:, 0] + EXTENT) / (2 * EXTENT) * GRID).astype(int), 0, GRID - 1)
    row = np.clip(((EXTENT - xy[:, 1]) / (2 * EXTENT) * GRID).astype(int), 0, GRID - 1)
    assert ((surface[row, column] > 127) == (labels == 1)).all()


def test_parameters_are_counted_as_the_page_says() -> None:
    for width, count in ((64, 4417), (2, 15)):
        assert sum(p.numel() for p in network(Overfit(width=width)).parameters()) == count


def test_weight_decay_is_the_penalty_in_the_formula() -> None:
    torch.manual_seed(0)
    net = network(Overfit(width=4))
    x, y = torch.randn(10, 2), torch.rand(10).round()
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    penalty = 0.03 / 2 * sum((w**2).sum() for w in net.parameters())
    wanted = torch.autograd.grad(loss(net(x), y) + penalty, list(net.parameters()))
    plain_gradient = torch.autograd.grad(loss(net(x), y), list(net.parameters()))
    for g, w, whole in zip(plain_gradient, net.parameters(), wanted, strict=True):
        assert torch.allclose(g + 0.03 * w, whole, rtol=0, atol=1e-6)
