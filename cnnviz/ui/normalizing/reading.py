"""Below the figure: the four formulas with their numbers, what to notice, code and downloads."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui.normalizing.code import code
from cnnviz.ui.normalizing.controls import Shown
from cnnviz.ui.normalizing.numbers import bracketed, number, plain, summed
from cnnviz.ui.strip import columns, download, show_code

Array = NDArray[np.float64]


def strip(shown: Shown) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        st.latex(formula(shown))
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(shown)[:4]))
    with right:
        download("All steps (CSV)", lambda: csv(shown), name="batch-norm.csv", mime="text/csv")
        show_code(code(shown))


def formula(shown: Shown) -> str:
    """μ, σ², x̂ and y of the first example of the first feature, with the numbers on screen."""
    x, passed = shown.x[:, 0], shown.passed
    mean, variance, m = float(passed.mean[0]), float(passed.variance[0]), len(x)
    if shown.mode == "train":
        total = summed([number(v) for v in x])
        squares = summed([f"{bracketed(v)}^2" for v in passed.centred[:, 0]])
        statistics = [
            rf"\mu &= \tfrac{{1}}{{m}}\textstyle\sum x_i = \frac{{{total}}}{{{m}}} = {number(mean)}",
            rf"\sigma^2 &= \tfrac{{1}}{{m}}\textstyle\sum (x_i-\mu)^2 = \frac{{{squares}}}{{{m}}} = {number(variance)}",
        ]
    else:
        statistics = [
            rf"\mu &= \text{{running mean}} = {number(mean)}",
            rf"\sigma^2 &= \text{{running variance}} = {number(variance)}",
        ]
    root = rf"\sqrt{{{number(variance)}+{number(shown.eps)}}}"
    minus = f"{number(x[0])}-{bracketed(mean)}"
    gamma, beta, hat, y = (
        float(of) for of in (shown.gamma[0], shown.beta[0], passed.normalized[0, 0], passed.output[0, 0])
    )
    lines = [
        *statistics,
        rf"\hat x_1 &= \frac{{x_1-\mu}}{{\sqrt{{\sigma^2+\varepsilon}}}} = \frac{{{minus}}}{{{root}}} = {number(hat)}",
        rf"y_1 &= \gamma\,\hat x_1+\beta = {number(gamma)}\cdot {bracketed(hat)}+{bracketed(beta)} = {number(y)}",
    ]
    return r"\begin{aligned}" + r"\\[5pt]".join(lines) + r"\end{aligned}"


def notice(shown: Shown) -> list[str]:
    """What the numbers on screen show, the most telling first."""
    return [
        *_degenerate(shown),
        *_eval(shown),
        *_output(shown),
        *_variance(shown),
        *_scales(shown),
        *_flipped(shown),
        *_epsilon(shown),
    ]


def _degenerate(shown: Shown) -> list[str]:
    if shown.mode == "train" and len(shown.x) == 1:
        return [f"The output is β = **{plain(shown.beta[0])}** for every input: drag the dot and watch."]
    return []


def _eval(shown: Shown) -> list[str]:
    if shown.mode == "train":
        return []
    hat = shown.passed.normalized[:, 0]
    there = f"x̂ has mean **{plain(hat.mean())}** and spread **{plain(hat.std())}** here, not 0 and 1"
    lines = [f"{there}: μ and σ² are fixed now. Drag one dot: the **others stay**, unlike in training."]
    if len(shown.history) == 1:
        lines.append(
            "No batch has been seen: running mean 0 and variance 1 let x through **unchanged** (but for γ, β, ε)."
        )
    return lines


def _output(shown: Shown) -> list[str]:
    if shown.mode == "eval" or len(shown.x) == 1:
        return []
    y = shown.passed.output[:, 0]
    told = (
        f"Whatever the batch, the output has mean β = **{plain(y.mean())}** and spread |γ| = **{plain(y.std())}**. "
        "Drag one dot: **all** outputs move, for they share μ and σ²."
    )
    return [told] if np.isfinite(y).all() and abs(float(y.std()) - abs(shown.gamma[0])) < 0.01 else []


def _variance(shown: Shown) -> list[str]:
    x = shown.x[:, 0]
    if len(x) < 2 or shown.mode == "eval":
        return []
    biased, unbiased = float(x.var()), float(x.var(ddof=1))
    told = (
        f"The batch is divided by the **biased** σ² = {plain(biased, 4)} (÷ {len(x)}); what the running variance "
        f"collects is the **unbiased** {plain(unbiased, 4)} (÷ {len(x) - 1})."
    )
    return [told]


def _scales(shown: Shown) -> list[str]:
    if shown.x.shape[1] < 2 or len(shown.x) < 2:
        return []
    first, second = np.ptp(shown.x, axis=0)
    if min(first, second) == 0 or max(first / second, second / first) < 50:
        return []
    ratio = max(first / second, second / first)
    return [f"The ranges of the two features differ **{ratio:,.0f}-fold** before, and hardly after x̂."]


def _flipped(shown: Shown) -> list[str]:
    if shown.gamma[0] == 0:
        return ["With γ = 0 every output is β: the feature is switched off."]
    return ["A negative γ turns the order round: the largest x becomes the smallest y."] if shown.gamma[0] < 0 else []


def _epsilon(shown: Shown) -> list[str]:
    hat = shown.passed.normalized[:, 0]
    if shown.mode == "eval" or len(hat) == 1 or shown.eps < 0.05:
        return []
    return [f"With ε = {plain(shown.eps)} the spread of x̂ is only **{plain(float(hat.std()))}**."]


def csv(shown: Shown) -> bytes:
    """A line per example and feature: every step."""
    passed = shown.passed
    lines = ["example,feature,x,mean,variance,centred,normalized,output"]
    for (n, d), x in np.ndenumerate(shown.x):
        steps = (x, passed.mean[d], passed.variance[d], passed.centred[n, d], passed.normalized[n, d])
        lines.append(f"{n + 1},{d + 1}," + ",".join(f"{v:.9g}" for v in (*steps, passed.output[n, d])))
    return ("\n".join(lines) + "\n").encode()
