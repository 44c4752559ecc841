"""What evaluation uses: running statistics, batch by batch."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.normalizing.controls import Shown
from cnnviz.ui.normalizing.numbers import bracketed, number, plain, raised

TITLE = "What evaluation uses"


def section(shown: Shown) -> None:
    """The running mean and variance over the batches seen, and the last update with its numbers."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(
            "In training every step also moves two averages, by the **momentum** (its slider is under “More”, that of "
            "the batches seen above). In PyTorch the momentum weighs the *new* batch; in Keras the old average, so 0.1 "
            "here is 0.9 there."
        )
        if len(shown.history) > 1:
            st.latex(formula(shown))
            st.markdown(reading(shown))
        else:
            st.markdown("No batch has been seen: the running mean is **0**, the running variance **1**.")
    with right:
        chart(shown)


def formula(shown: Shown) -> str:
    """The last update of both averages of the first feature."""
    before, after = shown.history[-2:]
    batch = shown.trained.batch(after.batches - 1)[:, 0]
    m = shown.momentum

    def line(name: str, old: float, new: float, value: float) -> str:
        mixed = rf"{number(1 - m)}\cdot {bracketed(old)} + {number(m)}\cdot {bracketed(new)}"
        return rf"{name} &\leftarrow {mixed} = {number(value)}"

    mean, variance = float(batch.mean()), float(batch.var(ddof=1))
    lines = [
        line("r_\\mu", float(before.mean[0]), mean, float(after.mean[0])),
        line("r_{\\sigma^2}", float(before.variance[0]), variance, float(after.variance[0])),
    ]
    return r"\begin{aligned}" + r"\\[4pt]".join(lines) + r"\end{aligned}"


def reading(shown: Shown) -> str:
    """How much of the start is left, and why the variance is the unbiased one."""
    m, k = shown.momentum, shown.history[-1].batches
    left = (1 - m) ** k
    batches = f"{k} batch{'es' if k > 1 else ''}"
    start = f"After {batches} **{100 * left:.3g} %** of the start (0 and 1) is left: (1 − {m:g}){raised(k)}."
    size = len(shown.trained.batch())
    return (
        f"{start} The variance collected is unbiased, {size}/{size - 1} of the one that normalizes the batch: it "
        "estimates that of all data."
    )


def chart(shown: Shown) -> None:
    """Both averages over the batches, the batches' own numbers as dots."""
    steps = shown.history
    at = list(range(len(steps)))
    batches = [shown.trained.batch(k)[:, 0] for k in at[:-1]]
    items = [
        Curve("running mean", at, [float(s.mean[0]) for s in steps], "#0072B2", dots=len(at) < 30),
        Curve("running variance", at, [float(s.variance[0]) for s in steps], "#E69F00", dots=len(at) < 30),
    ]
    if batches:
        means, variances = ([float(f(b)) for b in batches] for f in (np.mean, lambda b: np.var(b, ddof=1)))
        items += [
            Curve("each batch’s mean", at[1:], means, "#56B4E9", dashed=True),
            Curve("each batch’s variance (unbiased)", at[1:], variances, "#B8A900", dashed=True),
        ]
    marks = [] if batches else [Mark(1.0, "start of the variance", axis="y")]
    last = steps[-1]
    words = (
        f"After {last.batches} batches: running mean {plain(last.mean[0])}, running variance {plain(last.variance[0])}."
    )
    curves(items, x=Axis("batches seen"), y=Axis("feature 1"), label=words, key="bn-running", height=290, marks=marks)
