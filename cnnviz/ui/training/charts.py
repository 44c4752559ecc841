"""The two charts of a training, with earlier runs behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from cnnviz import runs
from cnnviz.training.config import Config
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.training import following, words
from cnnviz.ui.training.following import Followed
from cnnviz.ui.training.ladders import spoken

TRAINING, VALIDATION = "#0072B2", "#009E73"
EARLIER = ("#8A8A8A", "#CC79A7", "#56B4E9")  # dashed
GUESS, CHANGE = "#8A8A8A", "#E69F00"
HEIGHT = 250
MOST_NAMED = 2  # changes whose marks have words: more would overlap
SETTINGS = {"lr": "rate", "momentum": "momentum", "weight_decay": "decay"}


def charts(told: Followed | None, earlier: Sequence[runs.Summary], *, config: Config, classes: int) -> None:
    """Loss left, accuracy right; an earlier run gives its training loss and its validation accuracy."""
    others = [
        (f"{k}: {words.named(each)[:28]}", following.followed(each.id).update()) for k, each in enumerate(earlier, 1)
    ]
    axis = Axis("epoch", low=0.0, high=horizon([one for one in (told, *(o for _, o in others)) if one], config.epochs))
    changes = _changes(told, config)
    left, right = st.columns(2, gap="small")
    with left:
        _loss(told, others, axis, classes=classes, changes=changes)
    with right:
        _accuracy(told, others, axis, classes=classes, changes=changes)


Others = Sequence[tuple[str, Followed]]


def _loss(told: Followed | None, others: Others, axis: Axis, *, classes: int, changes: list[Mark]) -> None:
    guess = math.log(classes)
    lines = _two(told, "loss", 1.0)
    lines += [_other(name, each.train("loss"), EARLIER[k]) for k, (name, each) in enumerate(others)]
    highest = max((y for line in lines for y in line.y if math.isfinite(y)), default=0.0)
    curves(
        lines,
        x=axis,
        # a diverging loss leaves through the top: the others would be flat lines below it
        y=Axis("loss", low=0.0, high=min(max(1.15 * guess, 1.03 * highest), 4 * guess)),
        marks=[
            Mark(guess, f"guessing among {classes} classes: ln {classes} = {guess:.3f}", "y", GUESS),
            *changes,
        ],
        label=f"Loss over epochs. {_words(told, 'loss')}",
        key="train-loss",
        height=HEIGHT,
    )


def _accuracy(told: Followed | None, others: Others, axis: Axis, *, classes: int, changes: list[Mark]) -> None:
    lines = _two(told, "accuracy", 100.0)
    lines += [_other(name, each.validation("accuracy"), EARLIER[k], 100.0) for k, (name, each) in enumerate(others)]
    curves(
        lines,
        x=axis,
        y=Axis("accuracy in %", low=0.0, high=100.0),
        marks=[Mark(100 / classes, f"guessing: {100 / classes:.3g} %", "y", GUESS), *changes],
        label=f"Accuracy over epochs, in percent. {_words(told, 'accuracy')}",
        key="train-accuracy",
        height=HEIGHT,
    )


def _two(told: Followed | None, what: str, scale: float) -> list[Curve]:
    found = [following.Curve([], [])] * 2 if told is None else [told.train(what), told.validation(what)]
    return [
        Curve(name, each.x, [scale * y for y in each.y], colour, dots=name == "validation" and len(each.x) < 25)
        for name, each, colour in zip(("training", "validation"), found, (TRAINING, VALIDATION), strict=True)
    ]


def _other(name: str, line: following.Curve, colour: str, scale: float = 1.0) -> Curve:
    return Curve(name, line.x, [scale * y for y in line.y], colour, dashed=True)


def horizon(runs_: Sequence[Followed], epochs: int) -> float:
    """Where the axis ends: 0.1, 0.2, 0.5, 1, 2 … epochs, so that it is seldom drawn anew while a run grows."""
    reached = max((each.steps[-1].epoch for each in runs_ if each.steps), default=0.0)
    reached = max(reached, *(float(each.epochs[-1].epoch) for each in runs_ if each.epochs), 0.0)
    if reached <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(reached))
    end = next(m * power for m in (1, 2, 5, 10) if m * power >= reached * (1 - 1e-9))
    return end if end <= epochs else max(float(epochs), reached)


def _changes(told: Followed | None, config: Config) -> list[Mark]:
    """A mark where somebody changed a setting; what changed is written at the last few."""
    if told is None:
        return []
    before: dict[str, float] = {name: getattr(config, name) for name in SETTINGS}
    marks = []
    for k, each in enumerate(told.changes):
        now: dict[str, float] = {name: getattr(each, name) for name in SETTINGS}
        changed = [f"{SETTINGS[name]} {spoken(value)}" for name, value in now.items() if value != before[name]]
        text = ", ".join(changed) if k >= len(told.changes) - MOST_NAMED else ""
        marks.append(Mark(told.at(each.step), text, "x", CHANGE))
        before = now
    return marks


def _words(told: Followed | None, what: str) -> str:
    if told is None or not told.steps:
        return "No step yet."
    now = getattr(told.steps[-1], what)
    text = f"On training images {now:.3g}"
    if told.epochs:
        text += f", on validation images {getattr(told.epochs[-1], f'val_{what}'):.3g}"
    return f"{text} after {told.steps[-1].epoch:.1f} epochs."
