"""One example in two batches: in training its output depends on its companions, in evaluation it doesn't."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.normalization import forward
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.components.batch import Row, batch
from cnnviz.ui.controls import controls
from cnnviz.ui.normalizing.controls import Shown
from cnnviz.ui.normalizing.given import LONGEST, parse
from cnnviz.ui.normalizing.numbers import plain
from cnnviz.ui.plain import quoted
from cnnviz.ui.typed import BadNumbers

Array = NDArray[np.float64]
TITLE = "One example, two batches"
FIRST, SECOND = "1 2 4", "8 9 10"


@dataclass(frozen=True)
class Example:
    """The example that is in both batches."""

    x: float = param(3.0, low=-10.0, high=20.0, step=0.5, label="the example", help="It is the first of both batches.")


@dataclass(frozen=True)
class Both:
    """The same example with two sets of companions: inputs and outputs, the example first."""

    inputs: tuple[Array, Array]
    trained: tuple[Array, Array]
    evaluated: tuple[Array, Array]


def section(shown: Shown) -> None:
    """Companions to write, the two outputs in training and in evaluation."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        example = controls(Example, key="same").x
        companions = [_companions(name, key, default) for name, key, default in _NAMES]
    both = put(shown, example, companions)
    with left:
        st.markdown(reading(both))
    with right:
        draw(both)


_NAMES = (("Its companions in batch A", "same-a", FIRST), ("Its companions in batch B", "same-b", SECOND))


def _companions(name: str, key: str, default: str) -> Array:
    text = state.linked(key, default, lambda text: len(text) <= LONGEST)
    st.text_input(name, key=key)
    try:
        return parse(text)[:, 0]
    except BadNumbers as refused:
        st.warning(f"{quoted(refused)}. Shown: {default}.")
        return parse(default)[:, 0]


def put(shown: Shown, example: float, companions: list[Array]) -> Both:
    """Both batches through the first feature's γ, β and running statistics."""
    batches = [np.array([example, *others]) for others in companions]
    gamma, beta, fixed = float(shown.gamma[0]), float(shown.beta[0]), shown.history[-1]
    mean, variance = float(fixed.mean[0]), float(fixed.variance[0])
    a, b = (forward(x, gamma=gamma, beta=beta, eps=shown.eps).output for x in batches)
    with np.errstate(divide="ignore", invalid="ignore"):
        c, d = (gamma * (x - mean) / np.sqrt(variance + shown.eps) + beta for x in batches)
    return Both((batches[0], batches[1]), (a, b), (c, d))


def draw(both: Both) -> None:
    """Four number lines: in, and out of either batch, the example drawn in both."""
    longest = max(map(len, both.inputs))

    def pair(values: tuple[Array, Array]) -> Array:
        filled = [np.pad(v, (0, longest - len(v)), constant_values=np.nan) for v in values]
        return np.stack(filled, axis=1)

    rows = [
        Row("x", "● batch A, ◆ batch B", "#0072B2", pair(both.inputs)),
        Row("y", "in training", "#D55E00", pair(both.trained)),
        Row("y", "in evaluation", "#009E73", pair(both.evaluated)),
    ]
    unmarked = re.sub(r"[*`]|^- ", "", reading(both), flags=re.MULTILINE)
    batch(rows, key="bn-both", label=f"The same example in two batches. {unmarked}", one_scale=False, marked=0)


def reading(both: Both) -> str:
    """The example's four outputs, in two sentences."""
    (a, b), (c, d) = ((float(v[0]) for v in pair) for pair in (both.trained, both.evaluated))
    apart = "two answers" if abs(a - b) > 1e-9 else "by chance one answer"
    return (
        f"- In training: **{plain(a)}** in batch A, **{plain(b)}** in batch B: {apart} for the same input. This noise "
        "regularizes a little.\n"
        f"- In evaluation: **{plain(c)}** and **{plain(d)}**, with the running μ and σ² from above. A prediction must "
        "not depend on who else asks; so call `model.eval()` before you predict."
    )
