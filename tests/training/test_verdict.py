"""What the verdict says of curves whose trouble is known: made by formula, and by small trainings of the engine."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from cnnviz.training.events import Begun, Ended, Epoch, Event, Step
from cnnviz.training.verdict import RULES, TONES, verdict

LN10 = math.log(10)
PER_EPOCH = 12


def begun(step: int = 0, *, epochs: int = 10, batch: int = 64) -> Begun:
    return Begun(step, 0, epochs, 120, batch, 1, tuple("abcdefghij"), 7680, 1000, 1000, "cpu", "float32", 1)


def told(
    loss: Callable[[float], float],
    *,
    epochs: float,
    accuracy: Callable[[float], float] = lambda t: min(0.1 + 0.1 * t, 0.9),
    val_loss: Callable[[float], float] | None = None,
    val_accuracy: Callable[[float], float] | None = None,
    lr: Callable[[float], float] = lambda _: 0.05,
    noise: float = 0.01,
) -> list[Event]:
    """The events of a training whose numbers at t passes are those of the functions."""
    rng = random.Random(0)
    events: list[Event] = [begun()]
    for k in range(1, round(epochs * PER_EPOCH) + 1):
        t = k / PER_EPOCH
        events.append(Step(10 * k, t, loss(t) + rng.gauss(0, noise), accuracy(t), lr(t), 1000.0, t))
        if k % PER_EPOCH == 0:
            on_val = (val_loss or loss)(t), (val_accuracy or accuracy)(t)
            events.append(Epoch(round(t), 10 * k, loss(t), accuracy(t), *on_val, lr(t), 1000.0, t))
    return events


def ended(state: str, **given: float) -> Ended:
    nan = math.nan
    return Ended(state, 10, 1.0, "the disk is full", given.get("loss", nan), given.get("accuracy", nan))


def fall(t: float) -> float:
    return 0.5 + (LN10 - 0.5) * math.exp(-0.5 * t)


def rise(t: float) -> float:
    return 0.8 - 0.7 * math.exp(-0.5 * t)


CURVES: dict[str, list[list[Event]]] = {
    "waiting": [[], [begun()]],
    "guessing": [told(lambda _: LN10, epochs=0.3, accuracy=lambda _: 0.1)],
    "learning": [
        told(fall, epochs=0.8),
        told(fall, epochs=4, accuracy=rise),
        told(fall, epochs=9, accuracy=rise, val_loss=lambda t: fall(t) + 0.1, val_accuracy=lambda t: rise(t) - 0.05),
        told(lambda t: fall(t) + 1.5 * math.exp(-4 * t), epochs=3, accuracy=rise),  # begins above guessing
        told(fall, epochs=3, accuracy=rise, noise=0.2),  # noise of small steps is no trouble while the loss falls
        [*told(fall, epochs=5, accuracy=rise), begun(240), *told(fall, epochs=2, accuracy=rise)[-3:]],
    ],
    "too-slow": [
        told(lambda t: LN10 - 1e-3 * t, epochs=2, accuracy=lambda _: 0.11, lr=lambda _: 1e-6, noise=1e-4),
        told(lambda t: LN10 - 0.02 * t, epochs=1, accuracy=lambda t: 0.1 + 0.02 * t, lr=lambda _: 1e-4),
    ],
    "too-fast": [
        told(lambda t: 2.0, epochs=3, noise=0.6),
        told(fall, epochs=4, val_accuracy=lambda t: 0.5 + 0.1 * (-1) ** round(t)),
    ],
    "diverging": [
        told(lambda t: LN10 * math.exp(1.2 * t), epochs=2),
        told(lambda t: 1.5 if t < 1 else 40 * (t - 1) + 1.5, epochs=2),
    ],
    "diverged": [
        told(lambda t: LN10 if t < 1 else math.nan, epochs=1.5),
        told(lambda t: LN10 if t < 1 else math.inf, epochs=1.5),
        told(fall, epochs=2, val_loss=lambda t: math.nan),
        [begun(), ended("diverged")],
        [*told(fall, epochs=1), ended("diverged")],
    ],
    "dead": [
        told(lambda t: LN10, epochs=2, accuracy=lambda _: 0.1, noise=0.002),
        told(lambda t: fall(t) if t < 3 else LN10, epochs=5, accuracy=lambda t: rise(t) if t < 3 else 0.1, noise=0.001),
    ],
    "overfitting": [
        told(fall, epochs=9, accuracy=rise, val_loss=lambda t: 1.2 + 0.06 * abs(t - 4)),
        told(fall, epochs=8, accuracy=lambda t: min(0.98, 0.2 * t), val_loss=lambda _: 1.0, val_accuracy=lambda _: 0.6),
    ],
    "memorized": [told(fall, epochs=6, accuracy=lambda t: min(1.0, 0.25 * t), val_accuracy=lambda _: 0.4)],
    "plateau": [
        told(lambda t: max(fall(t), fall(3)), epochs=8, accuracy=lambda t: rise(min(t, 3)), noise=0.001),
    ],
    "failed": [[begun(), ended("failed")]],
    "done-well": [
        [*told(fall, epochs=20, accuracy=rise, lr=lambda t: 0.05 * (1 - t / 20)), ended("done", accuracy=0.79)],
    ],
    "could-go-on": [
        [*told(fall, epochs=3, accuracy=rise), ended("done", accuracy=0.6)],
        [*told(fall, epochs=3, accuracy=rise), ended("stopped")],
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "place"), [(kind, k) for kind, each in CURVES.items() for k in range(len(each))])
def test_each_trouble_is_recognized(kind: str, place: int) -> None:
    found = verdict(CURVES[kind][place], classes=10)
    assert found.kind == kind, found.sentence


def test_every_kind_has_one_tone_and_a_curve_here() -> None:
    kinds = [kind for group in TONES.values() for kind in group]
    assert sorted(kinds) == sorted(CURVES)
    assert verdict([], classes=10).tone == "neutral"
    assert len(RULES) == len(set(RULES))


def test_sentences_are_short_and_whole_at_every_moment() -> None:
    for events in (each for group in CURVES.values() for each in group):
        for stop in range(0, len(events) + 1, 3):
            sentence = verdict(events[:stop], classes=10).sentence
            assert 10 < len(sentence) <= 140 and sentence[0].isupper() and (sentence[-1] == "." or "disk" in sentence)


def test_a_healthy_training_is_never_called_sick() -> None:
    events = told(
        fall, epochs=10, accuracy=rise, val_loss=lambda t: fall(t) + 0.05, val_accuracy=lambda t: rise(t) - 0.02
    )
    kinds = {verdict(events[:stop], classes=10).kind for stop in range(len(events))}
    assert kinds <= {"waiting", "guessing", "learning"}


def test_the_sentence_names_what_is_seen() -> None:
    assert "since epoch 4" in verdict(CURVES["overfitting"][0], classes=10).sentence
    assert "ln 3 = 1.10" in verdict([begun()], classes=3).sentence
    assert "1e-05" in verdict(CURVES["too-slow"][0], classes=10).sentence  # ten times the rate that was too small
    assert "the disk is full" in verdict(CURVES["failed"][0], classes=10).sentence
    assert "79\N{NO-BREAK SPACE}%" in verdict(CURVES["done-well"][0], classes=10).sentence
    assert "until epoch 2" in verdict(CURVES["dead"][1], classes=10).sentence


def test_going_back_to_a_checkpoint_undoes_what_was_told_after_it() -> None:
    sick = told(lambda t: fall(t) if t < 1 else math.nan, epochs=2)
    assert verdict([*sick, ended("diverged")], classes=10).kind == "diverged"
    assert verdict([*sick, ended("diverged"), begun(100)], classes=10).kind in {"guessing", "learning"}


@pytest.mark.parametrize(("low", "classes"), list(product((0.0, 1e30, -5.0), (0, 1, 2, 1000))))
def test_nonsense_is_judged_without_an_error(low: float, classes: int) -> None:
    events = told(lambda _: low, epochs=7, accuracy=lambda _: low, noise=0)
    assert verdict(events, classes=classes).sentence
    assert verdict([event for event in events if isinstance(event, Epoch)], classes=classes).sentence
    assert verdict([event for event in events if isinstance(event, Step)], classes=classes).sentence


REAL = {
    "diverged": {"lr": 1e8, "epochs": 2, "limit": 640},
    "too-slow": {"lr": 1e-6, "epochs": 2, "limit": 1280},
    "memorized": {"epochs": 80, "limit": 32, "batch": 32, "augmentation": "", "schedule": "constant", "lr": 0.03},
    "could-go-on": {"epochs": 3, "limit": 2000},
    "dead": {"epochs": 3, "limit": 4000, "lr": 0.35, "schedule": "constant"},
}


SLOW = {"memorized", "dead"}


@pytest.mark.parametrize("kind", [pytest.param(k, marks=pytest.mark.slow) if k in SLOW else k for k in REAL])
def test_real_trainings_of_seconds_are_judged_right(kind: str) -> None:
    from cnnviz.data.sets import Part, opened
    from cnnviz.training.config import Config
    from cnnviz.training.engine import Training

    whole = opened("shapes")
    few = Part(whole.validation.images[:200], whole.validation.labels[:200])
    splits = dataclasses.replace(whole, validation=few, test=few)
    settings: dict[str, Any] = REAL[kind]
    training = Training(Config(data="shapes", device="cpu", **settings), splits)
    training.pace = 0.0  # every step is told: how far the first ones get is no matter of how fast the machine is
    events = list(training.events())
    found = verdict(events, classes=10)
    assert found.kind == kind, found.sentence
    assert verdict(events[:3], classes=10).kind in {"waiting", "guessing", "diverging", "diverged"}
