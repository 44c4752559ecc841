"""One gradient step on one picture: every template gets a multiple of the picture itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.scores import others
from cnnviz.scores.classifier import Classifier, pictures, unstretched
from cnnviz.scores.losses import cross_entropy, gradient
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.controls import choose
from cnnviz.ui.scoring.controls import Scored

Array = NDArray[np.float64]
TITLE = "One gradient step"
RATES = ("0", "0.00001", "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.1")
CURVE = tuple(float(rate) for rate in np.geomspace(1e-5, 0.1, 41))
ROWS = ("before", "change", "after")


@dataclass(frozen=True)
class Step:
    """Weights before and after, the scores of the picture before and after, and ``p − y``."""

    before: Classifier
    after: Classifier
    scores: Array
    moved: Array
    slope: Array
    loss: float
    left: float


def section(shown: Scored) -> None:
    """Choose how far to step; draw templates before and after, and the loss over the learning rate."""
    st.subheader(TITLE, anchor=False)
    if shown.classifier is None:
        st.markdown("A step changes W: choose *a picture and W* above to see it.")
        return
    side, main = st.columns([1, 3], gap="medium")
    with side:
        rate = float(
            choose(
                "Learning rate η",
                RATES,
                key="step-rate",
                default="0.001",
                help="How much of the picture is added to the templates, and where the line stands in the chart.",
            )
        )
        taken = step(shown, rate)
        st.markdown(reading(shown, taken, rate))
    with main:
        draw(shown, taken, rate)
    curve(shown, rate)


def step(shown: Scored, rate: float) -> Step:
    """One step of gradient descent on the picture in view, towards its true class."""
    if shown.classifier is None:
        raise TypeError("typed scores have no weights to change")
    after = shown.classifier.step(shown.x, shown.label, rate=rate)
    scores, moved = shown.classifier.scores(shown.x), after.scores(shown.x)
    losses = (cross_entropy(each, shown.label) for each in (scores, moved))
    return Step(shown.classifier, after, scores, moved, gradient(scores, shown.label), *losses)


def draw(shown: Scored, taken: Step, rate: float) -> None:
    """Templates before, what is added, templates after; each row by one common scale, gray is zero."""
    names = taken.before.classes
    change = -rate * taken.slope[:, None] * shown.x
    pixels = np.stack([pictures(taken.before.weights), _alike(change), pictures(taken.after.weights)])
    captions = (
        [f"z {value:.2f}" for value in taken.scores],
        [f"{-rate * value:+.0e}·x" if rate else "0·x" for value in taken.slope],
        [f"z {value:.2f}" for value in taken.moved],
    )
    tiles(
        pixels,
        rows=ROWS,
        columns=names,
        captions=[[text.replace("-", "−") for text in row] for row in captions],
        label="Ten templates before the step, what the step adds to each, and after it.",
        key="step-tiles",
    )


def _alike(rows: Array) -> NDArray[np.uint8]:
    """All rows to the largest of all: the true class's change is the strongest, and the only one not inverted."""
    most = np.abs(rows).max()
    return np.rint(127.5 + 127.5 * unstretched(rows / (most or 1))).astype(np.uint8)


def reading(shown: Scored, taken: Step, rate: float) -> str:
    """What the step does, in words and numbers."""
    name, length = shown.rows[shown.label].name, float(shown.x @ shown.x) + 1
    return (
        f"$W \\leftarrow W - \\eta\\,(p-y)\\,x^\\top$ adds the picture itself to the template of *{name}* and takes it "
        "from the others, by how likely they were.\n\n"
        f"Loss of this picture: **{taken.loss:.3f} → {taken.left:.3f}**.\n\n"
        f"Each score moves by −η·(p − y)·(‖x‖² + 1). Here ‖x‖² + 1 = {length:.0f}, so η = {rate:g} moves *{name}* by "
        f"**{taken.moved[shown.label] - taken.scores[shown.label]:+.2f}**."
    )


def curve(shown: Scored, rate: float) -> None:
    """The loss after the step over the learning rate: of this picture, and of others if their labels are known."""
    if shown.classifier is None:
        return
    items = [Curve("this picture", CURVE, _left(shown), "#D55E00")]
    rest = others.losses(shown.classifier, shown.x, shown.label, rates=CURVE) if _knows(shown) else None
    if rest is not None:
        items.append(Curve("200 other pictures", CURVE, rest, "#0072B2"))
        st.markdown(forgetting(rest))
    curves(
        items,
        x=Axis("learning rate η", log=True),
        y=Axis("loss after one step", low=0, high=2.5 * max(item.y[0] for item in items)),
        label="The loss after one gradient step, over the learning rate.",
        key="step-curve",
        height=280,
        marks=(Mark(rate, "chosen", "x", "#CC79A7"),) if rate else (),
    )


def forgetting(rest: list[float]) -> str:
    """What the curve of the other pictures says: where it is lowest, and where it is a tenth above its start."""
    best = int(np.argmin(rest))
    gain = f"least at η = {CURVE[best]:.1g}" if rest[best] < 0.99 * rest[0] else "hardly any less at any η"
    worse = next((rate for rate, loss in zip(CURVE, rest, strict=True) if loss > 1.1 * rest[0]), None)
    harm = f", and from η = {worse:.1g} they are being **forgotten**" if worse else ""
    return (
        f"The further the step, the better for *this* picture. The loss of the **others** is {gain}{harm}: that is why "
        "steps are small and batches hold many pictures."
    )


def _left(shown: Scored) -> list[float]:
    """The loss of the picture after the step, for each rate: its scores move by ``−η·(p − y)·(|x|² + 1)``."""
    scores = np.array([row.score for row in shown.rows])
    push = gradient(scores, shown.label) * (shown.x @ shown.x + 1)
    return [cross_entropy(scores - rate * push, shown.label) for rate in CURVE]


def _knows(shown: Scored) -> bool:
    return bool(shown.classifier and shown.classifier.classes == others.CLASSES)
