"""A training that diverges: it ends within a step, in words, and keeps the last weights that gave a finite loss."""

from __future__ import annotations

import dataclasses
import math
import warnings

import numpy as np
import pytest
import torch

from cnnviz.data.generated import shapes
from cnnviz.data.splits import Part, Splits
from cnnviz.optim import RULES
from cnnviz.training import rules
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.engine import LARGEST, Training
from cnnviz.training.events import Ended, Event, Step
from cnnviz.training.networks import defaults, trainable


def part(count: int, seed: int) -> Part:
    made = shapes(count, seed=seed)
    return Part(np.stack(made.images), made.labels)


@pytest.fixture(scope="module")
def splits() -> Splits:
    return Splits("s", "S", shapes(0).classes, train=part(64, 1), validation=part(20, 2), test=part(20, 3))


def run(config: Config, splits: Splits) -> tuple[Training, list[Event]]:
    training = Training(config, splits, looking=False)
    training.pace = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return training, list(training.events())


def able() -> list[str]:
    found = []
    for rule in RULES:
        try:
            rules.optimizer(rule, torch.nn.Linear(2, 2), lr=0.1, momentum=0.9, weight_decay=0.0)
        except BadConfig:
            continue
        found.append(rule)
    return found


LIGHT = {"convnetjs", "linear", "stack"}


@pytest.mark.parametrize("rule", able())
@pytest.mark.parametrize(
    "network",
    [n.name if n.name in LIGHT else pytest.param(n.name, marks=pytest.mark.slow) for n in trainable()],
)
def test_a_rate_of_a_hundred_million_is_labelled(network: str, rule: str, splits: Splits) -> None:
    config = dataclasses.replace(defaults(network), rule=rule, lr=1e8, batch=16, epochs=3, device="cpu")
    training, events = run(config, splits)
    ended = events[-1]
    assert isinstance(ended, Ended) and ended.state == "diverged"
    assert "learning rate" in ended.message and len(ended.message) <= 140
    assert training.state().finite and math.isnan(ended.test_accuracy)


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_the_weights_are_those_of_the_last_finite_loss(
    averaging: float, splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(batch=16, epochs=5, averaging=averaging, device="cpu", precision="float32")
    training = Training(config, splits, looking=False)
    training.pace = 0.0
    real, before = training.learner.gradients, []

    def gradients(*args: torch.Tensor, **kwargs: object) -> tuple[torch.Tensor, torch.Tensor]:
        before.append({name: t.clone() for name, t in training.learner.kept.state_dict().items()})
        loss, logits = real(*args, **kwargs)  # type: ignore[arg-type]
        return (loss * math.nan if len(before) == 8 else loss), logits

    monkeypatch.setattr(training.learner, "gradients", gradients)
    events = list(training.events())
    ended = events[-1]
    # the eighth forward pass saw weights of which the loss was no number; the seventh's gave the last finite one
    assert isinstance(ended, Ended) and ended.state == "diverged" and "step 8," in ended.message
    # what arrived late, when the run went back, is not told
    assert max(e.step for e in events if isinstance(e, Step)) in (7, 5)
    kept = training.state().network
    assert all(torch.equal(kept[name], before[6][name]) for name in kept)


@pytest.mark.parametrize("lag", [1, 3])
def test_a_gpu_that_is_steps_ahead_goes_back_to_the_same_weights(
    lag: int, splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.training.engine.lag_of", lambda _: lag)
    test_the_weights_are_those_of_the_last_finite_loss(0.9, splits, monkeypatch)


def test_a_loss_beyond_reason_is_a_divergence_too(splits: Splits) -> None:
    _, events = run(Config(network="linear", rule="sgd", lr=3e5, schedule="constant", warmup=0, device="cpu"), splits)
    ended = events[-1]
    assert isinstance(ended, Ended) and ended.state == "diverged"
    assert all(event.loss < LARGEST for event in events if isinstance(event, Step))
