"""The way back: the six equations with the numbers of the batch, and what a gradient of a batch can never do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.normalization import Backward, Forward, backward, forward
from cnnviz.ui import state
from cnnviz.ui.components.batch import Row, edited
from cnnviz.ui.components.stems import stems
from cnnviz.ui.controls import choose
from cnnviz.ui.normalizing.controls import Shown
from cnnviz.ui.normalizing.equations import equations
from cnnviz.ui.normalizing.given import LONGEST, parse
from cnnviz.ui.normalizing.numbers import plain
from cnnviz.ui.plain import quoted
from cnnviz.ui.strip import show_code
from cnnviz.ui.typed import BadNumbers

Array = NDArray[np.float64]
TITLE = "The way back: six equations"
UPSTREAM = "1 0 0 0"
PURPLE = "#CC79A7"


@dataclass(frozen=True)
class Way:
    """One feature's batch, the gradient that arrives, and all that follows from it."""

    x: Array
    upstream: Array
    gamma: float
    eps: float
    passed: Forward
    back: Backward
    told: str


def section(shown: Shown) -> None:
    """An upstream gradient to edit, its bars and table, the equations with numbers, and two sums that are 0."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        text = state.linked("bn-upstream", UPSTREAM, lambda text: len(text) <= LONGEST)
        st.text_input(
            "Gradient that arrives, ∂ℓ/∂y",
            key="bn-upstream",
            help="A number per example; those not written are 0. Or write into the table.",
        )
        feature = 0
        if shown.x.shape[1] > 1:
            feature = int(choose("Feature", ["1", "2"], key="bn-feature", default="1")) - 1
        way = follow(shown, text, feature)
        if way.told:
            st.warning(quoted(way.told))
        st.markdown("\n".join(f"- {line}" for line in [*notice(way), *_evaluating(shown, feature)]))
        show_code(code(way))
    with right:
        draw(way)
    first, second = st.columns(2, gap="medium")
    written = equations(way.upstream, way.passed, way.back, gamma=way.gamma, eps=way.eps)
    with first:
        st.latex(r"\begin{aligned}" + r"\\[8pt]".join(written[:3]) + r"\end{aligned}")
    with second:
        st.latex(r"\begin{aligned}" + r"\\[8pt]".join(written[3:]) + r"\end{aligned}")


def follow(shown: Shown, text: str, feature: int) -> Way:
    """The gradients of one feature in training; an unreadable gradient is told, and 1 for the first example drawn."""
    x, told = shown.x[:, feature], ""
    try:
        read = parse(text)[:, 0]
    except BadNumbers as refused:
        read, told = np.array([1.0]), f"{refused}. Shown: 1 for the first example."
    upstream = np.zeros(len(x))
    upstream[: len(read)] = read[: len(x)]
    gamma = float(shown.gamma[feature])
    passed = forward(x, gamma=gamma, eps=shown.eps)
    return Way(x, upstream, gamma, shown.eps, passed, backward(x, upstream, gamma=gamma, eps=shown.eps), told)


def keep_edit() -> None:
    """Take over a number written into the table; a callback."""
    edit = edited("bn-back")
    if edit is None:
        return
    try:
        now = parse(str(state.get("bn-upstream", UPSTREAM)))[:, 0].tolist()
    except BadNumbers:
        now = [1.0]
    now += [0.0] * (edit.index + 1 - len(now))
    now[edit.index] = edit.value
    state.put("bn-upstream", " ".join(f"{v:.6g}" for v in now))


def draw(way: Way) -> None:
    """∂ℓ/∂y, ∂ℓ/∂x̂ and ∂ℓ/∂x as bars over the examples."""
    rows = [
        Row("∂ℓ/∂y", "arrives", "#8A8A8A", way.upstream[:, None]),
        Row("∂ℓ/∂x̂", "times γ", PURPLE, way.back.normalized[:, None]),
        Row("∂ℓ/∂x", "goes on", PURPLE, way.back.input[:, None]),
    ]
    told = ", ".join(plain(v) for v in way.back.input)
    stems(way.x, rows, key="bn-back", label=f"Gradients of the batch; ∂ℓ/∂x is {told}.", on_edit=keep_edit)


def notice(way: Way) -> list[str]:
    """The two sums, and what they mean."""
    dx, hat = way.back.input, way.passed.normalized
    if not np.isfinite(dx).all():
        return ["σ² + ε is 0: there is no gradient. Choose an ε above 0."]
    lines = [
        f"Σ ∂ℓ/∂xᵢ = **{plain(_clean(dx.sum(), dx))}**: adding a constant to the whole batch changes no output.",
        f"Σ ∂ℓ/∂xᵢ · x̂ᵢ = **{plain(_clean(float(dx @ hat), dx))}**: stretching the batch changes none either"
        + (" (but for ε)." if way.eps else "."),
    ]
    touched = int((np.abs(way.upstream) > 0).sum())
    if len(way.x) > 1 and touched == 1 and np.abs(dx).max() > 1e-12:
        lines.append("A gradient on **one** output reaches **every** input: the examples meet in μ and σ².")
    if len(way.x) <= 2:
        lines.append("With one or two examples nothing is left of the gradient: shift and stretch are all they can do.")
    return lines


def _evaluating(shown: Shown, feature: int) -> list[str]:
    """In evaluation the equations collapse to one factor."""
    if shown.mode == "train":
        return []
    slope = float(shown.gamma[feature]) / (float(shown.passed.variance[feature]) + shown.eps) ** 0.5
    return [
        f"This is the way back **in training**. In evaluation μ and σ² are constants: ∂ℓ/∂x = {plain(slope)} · ∂ℓ/∂y."
    ]


def _clean(total: float, of: Array) -> float:
    """A sum that is 0 but for rounding is 0."""
    return 0.0 if abs(total) < 1e-12 * max(1.0, float(np.abs(of).sum())) else float(total)


def code(way: Way) -> str:
    """The answer of autograd, runnable as it stands: ``x.grad``, ``gamma.grad``, ``beta.grad``."""
    return f"""import torch

x = torch.tensor({way.x.tolist()}, dtype=torch.float64, requires_grad=True)
gamma = torch.tensor({way.gamma}, dtype=torch.float64, requires_grad=True)
beta = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)

x_hat = (x - x.mean()) / torch.sqrt(x.var(correction=0) + {way.eps})
y = gamma * x_hat + beta
y.backward(torch.tensor({way.upstream.tolist()}, dtype=torch.float64))
print(x.grad, gamma.grad, beta.grad)
"""
