"""The controls of the batch normalization lecture, and its figure: a batch on its way through the four steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.normalization import Forward, Running, evaluate, forward, fresh, update
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.components.batch import Row, Rule, batch, edited
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.normalizing.examples import EXAMPLES
from cnnviz.ui.normalizing.given import LONGEST, MOST, SOURCES, TEXTBOOK, Given, parse, recalled, write
from cnnviz.ui.plain import quoted
from cnnviz.ui.presets import note
from cnnviz.ui.typed import BadNumbers

Array = NDArray[np.float64]
MODES = {"train": "training: this batch’s own μ, σ²", "eval": "evaluation: the running μ, σ²"}
EPSILONS = ("0", "0.00001", "0.001", "0.1", "1")
WRITING = "A space or comma between numbers, a semicolon before a second feature. Or drag a dot of the first line."
ALONE = (
    "A batch of one number is its own mean: σ² = 0, x̂ = 0, and the output is β whatever you feed. "
    "PyTorch refuses it in training; use at least 2."
)
EQUAL = "All numbers of a feature are equal and ε is 0, so x̂ is 0/0: choose an ε above 0 under “More”."
COLOURS = ("#0072B2", "#8A8A8A", "#56B4E9", "#009E73")


@dataclass(frozen=True)
class Size:
    """How many examples share a mean."""

    size: int = param(4, low=1, high=MOST, label="batch size", help="How many examples share one μ and σ².")


@dataclass(frozen=True)
class Seed:
    """Which random batch."""

    seed: int = param(0, low=0, high=99, label="seed", help="Another number, another batch.")


@dataclass(frozen=True)
class Scale:
    """What stretches the line."""

    gamma: float = param(2.0, low=-3.0, high=3.0, step=0.1, label="scale γ", help="The spread of the output.")


@dataclass(frozen=True)
class Shift:
    """What moves the line."""

    beta: float = param(1.0, low=-4.0, high=4.0, step=0.1, label="shift β", help="The mean of the output.")


@dataclass(frozen=True)
class Seen:
    """How long the training lasted."""

    seen: int = param(
        4, low=0, high=40, label="batches seen", help="Training steps that have moved the running statistics."
    )


@dataclass(frozen=True)
class Further:
    """What is seldom changed."""

    same: bool = param(True, label="one scale for all four lines", help="Off: each line has its own scale.")
    momentum: float = param(
        0.1, low=0.0, high=1.0, step=0.05, label="momentum", help="How much of the new batch enters (PyTorch: 0.1)."
    )
    eps: str = param(
        "0.00001",
        choices=EPSILONS,
        label="small number ε",
        help="Stands under the root, so that nothing is divided by 0.",
    )
    gamma2: float = param(
        1.0, low=-3.0, high=3.0, step=0.1, label="scale γ of feature 2", help="Each feature has its own."
    )
    beta2: float = param(
        0.0, low=-4.0, high=4.0, step=0.1, label="shift β of feature 2", help="Each feature has its own."
    )


@dataclass(frozen=True)
class Shown:
    """The state of the page: the batch ``(N, D)``, the parameters ``(D,)``, and what the transform made of it.

    ``trained`` is where the batches of the training come from: once evaluation has begun, edits do not reach them.
    ``told`` is the sentence about what the controls asked for and could not be.
    """

    trained: Given
    x: Array
    gamma: Array
    beta: Array
    eps: float
    mode: str
    momentum: float
    seen: int
    same: bool
    told: str

    @cached_property
    def history(self) -> tuple[Running, ...]:
        """The running statistics before training and after each batch; a batch of one moves nothing."""
        steps = [fresh(self.x.shape[1])]
        for k in range(self.seen if len(self.trained.batch()) > 1 else 0):
            steps.append(update(steps[-1], self.trained.batch(k), self.momentum))
        return tuple(steps)

    @cached_property
    def passed(self) -> Forward:
        """The four steps, with the statistics of the mode."""
        if self.mode == "train":
            return forward(self.x, gamma=self.gamma, beta=self.beta, eps=self.eps)
        return self.evaluated(self.x)

    def evaluated(self, x: Array) -> Forward:
        """What evaluation makes of any batch."""
        return evaluate(x, self.history[-1], gamma=self.gamma, beta=self.beta, eps=self.eps)


def choose_shown() -> Shown:
    """Draw the controls; what cannot be read is told in a sentence, and the textbook's batch is drawn."""
    given, told = _given()
    left, right = st.columns(2)
    with left:
        gamma = controls(Scale, key="bn").gamma
    with right:
        beta = controls(Shift, key="bn").beta
    mode = choose(
        "Mode",
        list(MODES),
        key="bn-mode",
        default="train",
        title=MODES.__getitem__,
        help="Whose mean and variance move the points: the batch’s own, or the running ones.",
    )
    seen = controls(Seen, key="bn").seen
    with st.expander("More"):
        further = controls(Further, key="bn")
    x, eps = given.batch(), float(further.eps)
    features = x.shape[1]
    return Shown(
        frozen(given, mode),
        x,
        np.array([gamma, further.gamma2][:features]),
        np.array([beta, further.beta2][:features]),
        eps,
        mode,
        further.momentum,
        seen,
        further.same,
        told or _trouble(x, mode, eps),
    )


def _given() -> tuple[Given, str]:
    source = choose("Batch", list(SOURCES), key="bn-source", default="numbers", title=SOURCES.__getitem__, help=WRITING)
    if source != "numbers":
        left, right = st.columns(2)
        with left:
            size = controls(Size, key="bn").size
        with right:
            seed = controls(Seed, key="bn").seed
        return Given(source, size, seed), ""
    text = state.linked("bn-numbers", TEXTBOOK, lambda text: len(text) <= LONGEST)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        size = controls(Size, key="bn").size
    with right:
        st.text_input("Numbers", key="bn-numbers", help=WRITING)
    try:
        parse(text)
    except BadNumbers as refused:
        return Given(source, size), f"{refused}. Shown: the textbook’s batch."
    return Given(source, size, text=text), ""


def _trouble(x: Array, mode: str, eps: float) -> str:
    if mode == "train" and len(x) == 1:
        return ALONE
    if mode == "train" and eps == 0 and bool((x.var(axis=0) == 0).any()):
        return EQUAL
    return ""


def frozen(given: Given, mode: str) -> Given:
    """Where the training's batches come from. Evaluation keeps those it began with, whatever is edited later."""
    if mode == "train":
        state.put("bn-trained", "")
    told = state.linked("bn-trained", "", lambda text: not text or recalled(text) is not None)
    if mode == "train" or (given.endless and not told):
        return given
    if not told:
        state.put("bn-trained", write(given.batch()))
        state.linked("bn-trained", "", lambda text: True)  # noqa: ARG005 (into the address, this run)
    kept = recalled(told)
    fits = kept is not None and not given.endless and kept.batch().shape[1] == given.batch().shape[1]
    return kept if kept is not None and fits else given


def keep_edit() -> None:
    """Take over a number that was dragged or written: the batch becomes the student's numbers; a callback."""
    edit = edited("bn")
    if edit is None:
        return
    values = _current().copy()
    if edit.index < len(values) and edit.feature < values.shape[1]:
        values[edit.index, edit.feature] = edit.value
        if state.get("bn-mode") == "eval" and state.get("bn-source") in set(SOURCES) - {"numbers"}:
            state.put("bn-trained", _drawn().named())
        state.put("bn-source", "numbers")
        state.put("bn-numbers", write(values))


def _current() -> Array:
    """The batch on screen with what the size leaves out, read again in a callback."""
    source, text = str(state.get("bn-source", "numbers")), str(state.get("bn-numbers", TEXTBOOK))
    if source in SOURCES and source != "numbers":
        return _drawn().batch()
    try:
        return parse(text)
    except BadNumbers:
        return parse(TEXTBOOK)


def _drawn() -> Given:
    return Given(str(state.get("bn-source")), int(state.get("bn-size", 4)), int(state.get("bn-seed", 0)))


def draw(shown: Shown) -> None:
    """The batch on its four number lines and in its table."""
    passed = shown.passed
    titles = ("x", "x − μ", "x̂", "y")
    words = ("the batch", "centred", "÷ √(σ² + ε)", "γ x̂ + β")
    values = (shown.x, passed.centred, passed.normalized, passed.output)
    rows = [Row(*of) for of in zip(titles, words, COLOURS, values, strict=True)]
    fixed = shown.mode == "eval"
    rule = Rule(
        shown.gamma,
        shown.beta,
        shown.eps,
        passed.mean if fixed else None,
        passed.variance if fixed else None,
    )
    batch(rows, key="bn", label=describe(shown), one_scale=shown.same, rule=rule, on_edit=keep_edit)
    if shown.told:
        st.warning(quoted(shown.told))
    note(EXAMPLES)


def describe(shown: Shown) -> str:
    """The figure in words."""
    lines = (
        f"feature {k + 1}: {', '.join(f'{a:.4g} becomes {b:.4g}' for a, b in zip(x, y, strict=True))}"
        for k, (x, y) in enumerate(zip(shown.x.T, shown.passed.output.T, strict=True))
    )
    return f"Four number lines, {'training' if shown.mode == 'train' else 'evaluation'}; {'; '.join(lines)}."
