"""The controls of the lecture on scores and loss: where the scores come from, and what they amount to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.params import param
from cnnviz.scores import written
from cnnviz.scores.classifier import Classifier, stretched, untrained
from cnnviz.scores.errors import BadScores
from cnnviz.scores.shelf import load
from cnnviz.scores.written import Row
from cnnviz.ui import state
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.plain import quoted
from cnnviz.ui.scoring.examples import LONGEST, OWN
from cnnviz.ui.scoring.picture import Pictured, choose_pictured

Array = NDArray[np.float64]
SOURCES = {"picture": "a picture and W", "own": "your own numbers"}
WEIGHTS = {
    "cifar10": "learned from CIFAR-10",
    "shapes": "learned from the shapes",
    "untrained": "untrained: random",
}
LOOKS = {"colour": "in colour", "signed": "for (blue) and against (red)"}
WRITING = "A score between commas, with or without a name before it; 997 x others -14 stands for 997 classes alike."


@dataclass(frozen=True)
class Start:
    """Weights before any training."""

    scale: float = param(
        0.001,
        choices=(0.0, 0.0001, 0.001, 0.01, 0.1),
        label="size of the random weights",
        help="Their standard deviation. Larger weights make larger scores and a surer guess.",
    )
    seed: int = param(0, low=0, high=19, label="other random weights", help="Another number, other weights.")


@dataclass(frozen=True)
class Scored:
    """The state of the page: rows with their scores, the true row, the row in view, the temperature.

    ``classifier`` and ``pictured`` are None where the scores were typed; ``weights`` names the classifier, ``start``
    says how an untrained one was drawn. ``known`` is whether anybody said what the true class is.
    """

    rows: tuple[Row, ...]
    label: int
    watched: int
    temperature: float
    look: str = "colour"
    weights: str = ""
    start: Start = Start()
    known: bool = True
    classifier: Classifier | None = None
    pictured: Pictured | None = None

    @cached_property
    def x(self) -> Array:
        """The picture as 3072 numbers."""
        return stretched(self.pictured.pixels) if self.pictured else np.empty(0)

    @cached_property
    def p(self) -> Array:
        """The probability of one class of each row."""
        return written.probabilities(self.rows, temperature=self.temperature)

    @cached_property
    def loss(self) -> float:
        """``−ln p`` of the true class."""
        return written.loss(self.rows, self.label, temperature=self.temperature)

    @cached_property
    def slope(self) -> Array:
        """``∂L/∂z`` of one class of each row."""
        slope = self.p.copy()
        slope[self.label] -= 1
        return slope / self.temperature

    @property
    def classes(self) -> int:
        """How many classes share the probability."""
        return sum(row.count for row in self.rows)


def choose_scored() -> Scored:
    """Draw the controls; scores that cannot be read are told in a sentence, and the example's shown."""
    source = choose(
        "Scores from",
        list(SOURCES),
        key="score-of",
        default="picture",
        title=SOURCES.__getitem__,
        help="A picture times a matrix, or ten numbers that you write.",
    )
    temperature = float(state.linked("score-temperature", "1", _is_temperature))
    if source == "own":
        rows = _own()
        return Scored(rows, _row("score-label", rows, 0), 0, temperature)
    weights = choose(
        "Weights W",
        list(WEIGHTS),
        key="score-weights",
        default="cifar10",
        title=WEIGHTS.__getitem__,
        help="The matrix that turns the pixels into scores: one row, one template, per class.",
    )
    start = controls(Start, key="score-start") if weights == "untrained" else Start()
    pictured = choose_pictured()
    with st.expander("More"):
        look = choose(
            "Templates",
            list(LOOKS),
            key="score-look",
            default="colour",
            title=LOOKS.__getitem__,
            help="How a row of W is drawn as a picture.",
        )
    classifier = _classifier(weights, start, pictured)
    scores = classifier.scores(stretched(pictured.pixels))
    rows = tuple(Row(name, float(score)) for name, score in zip(classifier.classes, scores, strict=True))
    best = int(scores.argmax())
    known = pictured.truth in classifier.classes
    truth = classifier.classes.index(pictured.truth) if known else best
    label = _row("score-label", rows, truth)
    watched = _row("score-class", rows, best)
    return Scored(
        rows,
        label,
        watched,
        temperature,
        look=look,
        weights=weights,
        start=start,
        known=known or state.get("score-label") != "auto",
        classifier=classifier,
        pictured=pictured,
    )


def _is_temperature(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(\.\d{1,4})?", text)) and 0.01 <= float(text) <= 100


def _row(key: str, rows: tuple[Row, ...], default: int) -> int:
    """A row chosen by a click or by the link; ``auto`` is what the picture itself says."""
    text = state.linked(key, "auto", lambda text: bool(re.fullmatch(r"auto|\d{1,2}", text)))
    asked = default if text == "auto" else min(int(text), len(rows) - 1)
    return asked if rows[asked].count == 1 else next(k for k, row in enumerate(rows) if row.count == 1)


def _own() -> tuple[Row, ...]:
    text = state.linked("score-own", OWN, lambda text: len(text) <= LONGEST)
    st.text_area("Your scores", key="score-own", height=150, max_chars=LONGEST, help=WRITING)
    try:
        return written.parse(text, own_row=True)
    except BadScores as refused:
        st.warning(f"{quoted(refused)}. Shown: ten equal scores.")
        return written.parse(OWN)


def _classifier(weights: str, start: Start, pictured: Pictured) -> Classifier:
    if weights != "untrained":
        return load(weights)[0]
    names = load("shapes" if pictured.truth in load("shapes")[0].classes else "cifar10")[0].classes
    return untrained(names, scale=start.scale, seed=start.seed)
