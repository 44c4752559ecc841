"""The engine: what it tells, that it learns, begins at ln 10, comes to nothing but a sentence, and leaves no trace."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
import pytest
import torch

from cnnviz.data.generated import shapes
from cnnviz.data.splits import Part, Splits
from cnnviz.training import judging
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.engine import Training, train
from cnnviz.training.events import Begun, Changed, Ended, Epoch, Event, Look, Note, Step
from cnnviz.training.networks import defaults, trainable

pytestmark = pytest.mark.usefixtures("one_thread")

NETWORKS = [network.name for network in trainable()]
SMALL = Config(data="shapes", epochs=2, batch=16, precision="float32", device="cpu")
T = TypeVar("T")


def part(count: int, seed: int) -> Part:
    made = shapes(count, seed=seed)
    return Part(np.stack(made.images), made.labels)


@pytest.fixture(scope="module")
def splits() -> Splits:
    names = shapes(0).classes
    return Splits("shapes", "Shapes", names, train=part(160, 1), validation=part(40, 2), test=part(30, 3))


def every_step(config: Config, splits: Splits) -> Training:
    training = Training(config, splits, looking=False)
    training.pace = 0.0
    return training


def each(kind: type[T], events: Iterable[Event]) -> Iterator[T]:
    return (event for event in events if isinstance(event, kind))


def of(kind: type[T], events: Iterable[Event]) -> list[T]:
    return list(each(kind, events))


def test_a_run_tells_its_beginning_every_step_every_epoch_and_its_end(splits: Splits) -> None:
    events = list(every_step(SMALL, splits).events())
    assert [event.event for event in events] == ["begun", *(["step"] * 10 + ["epoch"]) * 2, "ended"]
    begun, ended = events[0], events[-1]
    assert isinstance(begun, Begun) and isinstance(ended, Ended)
    assert (begun.steps_per_epoch, begun.parameters, begun.training) == (10, 22_466, 160)
    steps = of(Step, events)
    assert [step.step for step in steps] == list(range(1, 21))
    first_epoch = of(Epoch, events)[0]
    assert first_epoch.loss == pytest.approx(np.mean([step.loss for step in steps[:10]]))
    assert first_epoch.accuracy == pytest.approx(np.mean([step.accuracy for step in steps[:10]]))
    assert ended.state == "done" and 0 <= ended.test_accuracy <= 1 and math.isfinite(ended.test_loss)


def test_the_epoch_tells_what_the_network_does_on_the_validation_images(splits: Splits) -> None:
    training = every_step(SMALL, splits)
    told = of(Epoch, list(training.events()))[-1]
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (training.spec.mean, training.spec.std))
    pixels = torch.from_numpy(splits.validation.images).permute(0, 3, 1, 2).double() / 255
    plain = training.spec.build(10).double()
    plain.load_state_dict(training.state().network)
    with torch.no_grad():
        logits = plain.eval()((pixels - mean) / std)
    labels = torch.from_numpy(splits.validation.labels)
    assert told.val_loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, labels)), rel=1e-4)
    assert told.val_accuracy == pytest.approx(float((logits.argmax(1) == labels).double().mean()))


def test_steps_are_told_at_their_pace(splits: Splits) -> None:
    training = Training(SMALL, splits, looking=False)
    training.pace = 1e6
    events = list(training.events())
    assert [step.step for step in of(Step, events)] == [epoch.step for epoch in of(Epoch, events)]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_begins_at_ln_10(name: str, splits: Splits) -> None:
    config = dataclasses.replace(defaults(name), data="shapes", batch=64, epochs=1, precision="float32", limit=64)
    first = next(each(Step, every_step(config, splits).events()))
    assert first.loss == pytest.approx(math.log(10), abs=0.15)


@pytest.mark.parametrize(
    "name",
    [name if name in {"convnetjs", "linear"} else pytest.param(name, marks=pytest.mark.slow) for name in NETWORKS],
)
def test_one_batch_is_learned_by_heart(name: str, splits: Splits) -> None:
    config = Config(network=name, batch=32, limit=32, epochs=300, augmentation="", schedule="constant", rule="adam")
    config = dataclasses.replace(config, lr=0.004, weight_decay=0.0, warmup=0.0, precision="float32")
    first = next(step for step in each(Step, every_step(config, splits).events()) if step.loss < 0.01)
    assert first.accuracy == 1.0


def test_it_learns_shapes() -> None:
    names = shapes(0).classes
    splits = Splits("shapes", "Shapes", names, train=part(1200, 1), validation=part(50, 2), test=part(300, 3))
    config = Config(epochs=4, batch=16, lr=0.02, dropout=0.1, smoothing=0.05, averaging=0.98)
    ended = list(train(config, splits))[-1]
    assert isinstance(ended, Ended) and ended.test_accuracy > 0.4


def test_the_same_seed_gives_the_same_curve_and_another_one_another(splits: Splits) -> None:
    curves = []
    for seed in (0, 0, 1):
        config = dataclasses.replace(SMALL, seed=seed, dropout=0.5, cutmix=0.5)
        curves.append([event.loss for event in of(Step, list(every_step(config, splits).events()))])
    assert curves[0] == curves[1] != curves[2]


def test_torchs_random_numbers_are_the_callers_between_events(splits: Splits) -> None:
    torch.manual_seed(5)
    expected = torch.rand(30).tolist()
    torch.manual_seed(5)
    training = every_step(dataclasses.replace(SMALL, dropout=0.5), splits)
    drawn = [float(torch.rand(1)) for _, _ in zip(range(30), training.events(), strict=False)]
    assert drawn == expected[: len(drawn)] and len(drawn) > 20


def test_a_live_change_is_told_at_once_and_its_rate_is_used_from_the_next_step(splits: Splits) -> None:
    training = every_step(dataclasses.replace(SMALL, schedule="constant", warmup=0.0, lr=0.01), splits)
    events = training.events()
    found = [next(events) for _ in range(4)]
    training.change(lr=0.002, momentum=0.5, weight_decay=0.01)
    changed, after = next(events), next(events)
    assert changed == Changed(3, 0.002, 0.5, 0.01)
    assert isinstance(found[-1], Step) and found[-1].lr == 0.01
    assert isinstance(after, Step) and after.lr == 0.002
    decays = {bool(g["weight_decay"]): g for g in training.learner.optimizer.param_groups}
    assert decays[True]["weight_decay"] == 0.01 and all(g["momentum"] == 0.5 for g in decays.values())
    with pytest.raises(BadConfig, match="momentum is 2"):
        training.change(momentum=2.0)


def test_a_changed_rate_is_multiplied_by_the_schedule_that_goes_on(splits: Splits) -> None:
    plain, doubled = (every_step(dataclasses.replace(SMALL, schedule="cosine"), splits) for _ in range(2))
    for training in (plain, doubled):
        events = training.events()
        for _ in range(5):
            next(events)
    doubled.change(lr=2 * SMALL.lr)
    assert doubled.lr == pytest.approx(2 * plain.lr)


def test_stopping_ends_it_without_another_step_or_a_look_at_the_test_images(splits: Splits) -> None:
    training = every_step(SMALL, splits)
    events = training.events()
    for _ in range(4):
        next(events)
    training.stop()
    rest = list(events)
    assert [event.event for event in rest] == ["ended"]
    ended = rest[0]
    assert isinstance(ended, Ended) and (ended.state, ended.step) == ("stopped", 3) and math.isnan(ended.test_accuracy)


def test_looks_are_made_before_the_first_step_and_after_each_epoch(splits: Splits) -> None:
    looks = of(Look, list(Training(SMALL, splits).events()))
    assert [look.epoch for look in looks] == [0, 1, 2]
    ratios = [[layer.update_ratio for layer in look.layers if layer.parameters] for look in looks]
    assert not any(ratios[0]) and all(0 < ratio < 1 for ratio in ratios[2])


def test_looking_changes_no_step(splits: Splits) -> None:
    config = dataclasses.replace(SMALL, dropout=0.3)
    ends = []
    for looking in (False, True):
        training = Training(config, splits, looking=looking)
        list(training.events())
        ends.append(training.state().network)
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_full_memory_halves_the_batch_and_goes_on(splits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    training = every_step(SMALL, splits)
    real, calls = training.learner.gradients, []

    def failing(*args: object, **kwargs: object) -> object:
        calls.append(len(args[0]))  # type: ignore[arg-type]
        if len(calls) <= 2:
            raise torch.OutOfMemoryError("full")
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(training.learner, "gradients", failing)
    events = list(training.events())
    notes = [event.text for event in of(Note, events)]
    assert calls[:3] == [16, 8, 4] and set(calls[3:]) == {4}
    assert notes == [f"the device's memory is full: the batch is halved to {n}" for n in (8, 4)]
    ended = events[-1]
    assert isinstance(ended, Ended) and (ended.state, ended.step) == ("done", 80)


def test_a_network_too_large_for_one_image_fails_in_words(splits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    training = every_step(SMALL, splits)

    def failing(*_: object, **__: object) -> object:
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(training.learner, "gradients", failing)
    ended = list(training.events())[-1]
    assert isinstance(ended, Ended) and ended.state == "failed" and "smaller network" in ended.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "nothing"}, "no network is called"),
        ({"rule": "nothing"}, "no rule is called"),
        ({"rule": "adam-times"}, "trains no network here"),
        ({"augmentation": "rotatoin"}, "no augmentation is called"),
        ({"augmentation": "cutout:side"}, "write NAME:SETTING=VALUE"),
        ({"augmentation": "cutout:side=9"}, "choose a value from"),
        ({"network": "vgg-small", "batch": 1}, "at least 2 images"),
        ({"network": "stack", "stack": "conv 8 3; global"}, "end it with fc"),
        ({"network": "stack", "stack": "flatten; fc 7"}, "end it with fc 10"),
        ({"network": "stack", "stack": "conv 8 3 p1; global; flatten; softmax"}, "part of the loss"),
        ({"network": "stack", "stack": "fc 5000; fc 10"}, "parameters"),
        ({"network": "stack", "stack": "cnov 5"}, "is no layer"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(changes: dict[str, object], words: str, splits: Splits) -> None:
    with pytest.raises(BadConfig, match=words) as told:
        Training(dataclasses.replace(SMALL, **changes), splits)  # type: ignore[arg-type]
    assert len(str(told.value)) <= 140 and "\n" not in str(told.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_told(splits: Splits) -> None:
    with pytest.raises(BadConfig, match="no CUDA device"):
        Training(dataclasses.replace(SMALL, device="cuda"), splits)


def test_full_memory_while_judging_takes_smaller_parts(splits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def failing(*args: object, at_once: int, **kwargs: object) -> torch.Tensor:
        tried.append(at_once)
        if at_once > 100:
            raise torch.OutOfMemoryError("full")
        return judging.scores(*args, at_once=at_once, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("cnnviz.training.engine.scores", failing)
    ended = list(every_step(SMALL, splits).events())[-1]
    assert isinstance(ended, Ended) and ended.state == "done" and tried[:4] == [500, 250, 125, 62]
