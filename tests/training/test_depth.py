"""The task on plain and residual depth: twins that start alike, autograd's norms, and depth that hurts plain nets."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from cnnviz.training.tasks.depth import DEPTHS, NETS, Event, Settings, _Deep, run


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(run(Settings(steps=40)))


def test_deeper_plain_nets_train_worse_and_residual_ones_do_not(events: list[Event]) -> None:
    loss = dict(zip(NETS, events[-1].loss, strict=True))
    assert loss[40, False] > 4 * loss[10, False]
    assert loss[40, True] < loss[40, False] / 4
    assert loss[40, True] < 0.05 < loss[30, False]


def test_the_gradient_of_the_plain_net_has_not_vanished(events: list[Event]) -> None:
    for event in (events[0], events[-1]):
        first, *_, last = event.gradient[NETS.index((40, False))]
        assert first > 0.01 * last and first > 1e-3


def test_every_event_has_all_networks_and_only_the_ends_have_gradients(events: list[Event]) -> None:
    assert [event.step for event in events] == list(range(41))
    assert all(len(event.loss) == len(event.accuracy) == len(NETS) for event in events)
    assert [bool(event.gradient) for event in events] == [True, *[False] * 39, True]
    assert [len(layers) for layers in events[0].gradient] == [*DEPTHS, *DEPTHS]
    assert all(0.2 < loss / math.log(2) < 5 for loss in events[0].loss)


def test_twins_start_alike_and_the_norms_are_autograds() -> None:
    plain, residual = (_Deep(Settings(), 10, residual=residual) for residual in (False, True))
    for ours, theirs in zip(plain.layers, residual.layers, strict=True):
        assert torch.equal(ours.weight, theirs.weight)
    x, y = torch.randn(32, 2), torch.arange(32) % 2
    loss = cross_entropy(residual.scores(x), y)
    expected = [g.norm().item() for g in torch.autograd.grad(loss, [layer.weight for layer in residual.layers])]
    residual.step(x, y)
    assert residual.gradient() == pytest.approx(expected, rel=1e-4)
