"""Interrupted at any step and taken up by new objects, a run ends with the same weights, bit for bit."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnviz.data.generated import shapes
from cnnviz.data.splits import Part, Splits
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.engine import Training
from cnnviz.training.events import Ended, Event
from cnnviz.training.state import State

BASE = Config(epochs=2, batch=16, device="cpu", warmup=0.1)
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "adam": {"rule": "adam", "lr": 0.002},
    "nadam-float32": {"rule": "nadam", "lr": 0.002, "precision": "float32"},
    "dropout": {"dropout": 0.5, "rule": "nesterov"},
    "cutmix": {"cutmix": 0.6, "smoothing": 0.1},
    "averaging": {"averaging": 0.9, "rule": "adamw", "lr": 0.002},
    "norm": {
        "network": "stack",
        "stack": "conv 8 3 s2; bn; relu; dropout 0.3; global; fc 10",
        "rule": "adagrad",
        "lr": 0.02,
    },
    "slowly": {"augmentation": "rotation colour-jitter cutout", "rule": "rmsprop", "lr": 0.001},
}


def part(count: int, seed: int) -> Part:
    made = shapes(count, seed=seed)
    return Part(np.stack(made.images), made.labels)


@pytest.fixture(scope="module")
def splits() -> Splits:
    return Splits("s", "S", shapes(0).classes, train=part(164, 1), validation=part(20, 2), test=part(20, 3))


def begun(config: Config, splits: Splits, state: State | None = None) -> Training:
    torch.set_num_threads(1)
    training = Training(config, splits, state=state, looking=False)
    training.pace = 0.0
    return training


def finish(training: Training, *, stops: tuple[int, ...] = (), change_at: int = -1) -> tuple[Training, list[Event]]:
    """Go on up to the end, or up to the first step in ``stops``; the rate and the rest are changed at a step."""
    found = []
    for event in training.events():
        found.append(event)
        if event.event == "step" and event.step == change_at:
            training.change(lr=training.live.lr / 2, momentum=0.8, weight_decay=0.01)
        elif event.event in {"step", "changed", "epoch"} and event.step in stops and event.step != change_at:
            break
    return training, found


def copied(state: State) -> State:
    """As a file would bring it back: facts through JSON, tensors as new ones; the caller's randomness is elsewhere."""
    torch.manual_seed(987)
    return State({name: tensor.clone() for name, tensor in state.tensors.items()}, json.loads(json.dumps(state.facts)))


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return set(one) == set(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_interrupted_run_ends_as_an_undisturbed_one(variant: str, splits: Splits) -> None:
    config = dataclasses.replace(BASE, **VARIANTS[variant])
    stops = tuple(sorted(np.random.default_rng(len(variant)).choice(np.arange(1, 20), 3, replace=False).tolist()))
    change_at = 4
    whole, told = finish(begun(config, splits), change_at=change_at)
    training, _ = finish(begun(config, splits), stops=(stops[0],), change_at=change_at)
    for next_stop in (*stops[1:], 10**9):
        state = copied(training.state())
        done = training.course.step >= change_at
        training, rest = finish(begun(config, splits, state), stops=(next_stop,), change_at=-1 if done else change_at)
    assert equal(dict(whole.state().tensors), dict(training.state().tensors))
    assert isinstance(told[-1], Ended) and isinstance(rest[-1], Ended)
    assert (told[-1].test_loss, told[-1].state) == (rest[-1].test_loss, "done")


@pytest.mark.slow
def test_every_step_may_be_the_last_before_a_break(splits: Splits) -> None:
    config = dataclasses.replace(BASE, averaging=0.9, dropout=0.3, cutmix=0.5, rule="adam", lr=0.002)
    whole, _ = finish(begun(config, splits))
    for stop in range(1, 20):
        training, _ = finish(begun(config, splits), stops=(stop,))
        training, _ = finish(begun(config, splits, copied(training.state())))
        assert equal(dict(whole.state().tensors), dict(training.state().tensors)), stop


def test_the_sums_of_an_epoch_survive_a_break(splits: Splits) -> None:
    _, told = finish(begun(BASE, splits))
    training, _ = finish(begun(BASE, splits), stops=(7,))
    _, rest = finish(begun(BASE, splits, copied(training.state())))
    losses = [[(e.loss, e.accuracy) for e in events if e.event == "epoch"] for events in (told, rest)]
    assert losses[0] == losses[1]


def test_a_state_stays_as_it_was_while_the_run_goes_on(splits: Splits) -> None:
    training, _ = finish(begun(BASE, splits), stops=(3,))
    state = training.state()
    before = {name: tensor.clone() for name, tensor in state.tensors.items()}
    finish(training)
    assert equal(before, dict(state.tensors))


def test_a_run_that_is_done_is_done_again(splits: Splits) -> None:
    training, _ = finish(begun(BASE, splits))
    _, again = finish(begun(BASE, splits, copied(training.state())))
    assert [event.event for event in again] == ["begun", "ended"]


def test_a_state_of_another_network_or_other_data_is_refused(splits: Splits) -> None:
    state = begun(BASE, splits).state()
    for changes in ({"network": "linear"}, {"limit": 50}):
        with pytest.raises(BadConfig, match="begin anew"):
            begun(dataclasses.replace(BASE, **changes), splits, state)  # type: ignore[arg-type]
