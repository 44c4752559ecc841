"""Preprocessing of points: the deck's triptych with sliders, what scaling promises and does not, and why it matters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.params import param
from cnnviz.preprocessing.points import WAYS, Fitted, apply, cloud, condition, fit, ranges
from cnnviz.ui.components.clouds import Cloud, clouds
from cnnviz.ui.controls import choose, controls

Array = NDArray[np.float64]
TITLE = "Preprocessing: points"
SOURCES = {"cloud": "a cloud of your own", "ranges": "deck D2: x₁ in 1000…2000, x₂ in 0.1…0.5"}
LAST = ("range", "whitened")
AXES = ("same in all panels", "its own in each")
REACH = 8.0  # the common axes, which do not follow the points: so that moving is seen
OUTLIER = (7.5, 7.5)
BOXES = {"standardized": (-1.0, 1.0), "range": (0.0, 1.0)}


@dataclass(frozen=True)
class Spread:
    """A Gaussian cloud."""

    across: float = param(3.5, low=-4.0, high=4.0, step=0.1, label="middle across, μ₁", help="Moves the cloud.")
    up: float = param(2.5, low=-4.0, high=4.0, step=0.1, label="middle up, μ₂", help="Moves the cloud up.")
    wide: float = param(1.4, low=0.1, high=1.5, step=0.05, label="spread across, σ₁", help="Makes the cloud wide.")
    high: float = param(0.6, low=0.1, high=1.5, step=0.05, label="spread up, σ₂", help="Makes the cloud high.")
    slope: float = param(
        0.6, low=-0.99, high=0.99, step=0.01, label="tilt: correlation", help="−0.99 falls, 0.99 rises."
    )
    outlier: bool = param(False, label="one outlier", help="A single point far away, at (7.5, 7.5).")


def section() -> None:
    """Controls, four panels, and what they say."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        source = choose(
            "Points",
            list(SOURCES),
            key="points-of",
            default="cloud",
            title=SOURCES.__getitem__,
            help="Which cloud every panel shows.",
        )
        spread = controls(Spread, key="points") if source == "cloud" else Spread()
        last = choose(
            "Last panel",
            LAST,
            key="points-last",
            default="range",
            title=WAYS.__getitem__,
            help="What is done to the cloud in the last panel.",
        )
        common = (
            source == "cloud"
            and choose(
                "Axes",
                AXES,
                key="points-axes",
                default=AXES[0],
                help="The same axes in all panels show how far a cloud moves; axes of its own show its shape.",
            )
            == AXES[0]
        )
    points = given(source, spread)
    fitted = fit(points)
    with main:
        clouds(
            [
                _panel(points, fitted, way, common=common, outlier=source == "cloud" and spread.outlier)
                for way in ways(last)
            ],
            label="The same points after each preprocessing",
            key="clouds",
        )
        left, right = st.columns([4, 5], gap="medium")
        with left:
            for line in formulas(points, fitted, last):
                st.latex(line)
        with right:
            st.markdown("\n".join(f"- {line}" for line in notices(points, fitted)))
        st.markdown(table(points, fitted))


def ways(last: str) -> tuple[str, ...]:
    """What the four panels show."""
    return "original", "centred", "standardized", last


def given(source: str, spread: Spread) -> Array:
    """The points ``(N, 2)``; an outlier is the last."""
    if source == "ranges":
        return ranges()
    points = cloud(mean=(spread.across, spread.up), deviation=(spread.wide, spread.high), slope=spread.slope)
    return np.vstack([points, OUTLIER]) if spread.outlier else points


def _panel(points: Array, fitted: Fitted, way: str, *, common: bool, outlier: bool) -> Cloud:
    values = apply(points, fitted, way)
    low, high = (-REACH, REACH) if common else _limits(values)
    box = BOXES.get(way)
    words = f"mean {_pair(values.mean(axis=0))}, spread {_pair(values.std(axis=0))}"
    return Cloud(
        WAYS[way],
        values,
        (low, high),
        "#0072B2" if way == "original" else "#009E73",
        box,
        words,
        len(points) - 1 if outlier else -1,
    )


def _limits(values: Array) -> tuple[float, float]:
    """One range for both axes that holds all points and zero."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = 0.06 * (high - low)
    return low - room, high + room


def _pair(values: Array) -> str:
    return "(" + ", ".join(number(float(value)) for value in values) + ")"


def number(value: float) -> str:
    """Three digits, with a minus sign as printed; no −0."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 1e-9 else "0"
    return text.replace("-", "−")


def formulas(points: Array, fitted: Fitted, last: str) -> list[str]:
    """The first feature of its farthest point, by each way."""
    x = points[np.abs(points[:, 0] - fitted.mean[0]).argmax(), 0]
    mu, sigma, low, high = (float(v[0]) for v in (fitted.mean, fitted.deviation, fitted.low, fitted.high))
    centred, z, part = x - mu, (x - mu) / sigma, (x - low) / (high - low)
    lines = [
        rf"x_1 - \mu_1 = {_tex(x)} - {_bracket(mu)} = {_tex(centred)}",
        rf"\frac{{x_1 - \mu_1}}{{\sigma_1}} = \frac{{{_tex(centred)}}}{{{_tex(sigma)}}} = {_tex(z)}",
    ]
    if last == "range":
        fraction = rf"\frac{{{_tex(x)} - {_bracket(low)}}}{{{_tex(high)} - {_bracket(low)}}}"
        lines.append(rf"\frac{{x_1 - \min}}{{\max - \min}} = {fraction} = {_tex(part)}")
    else:
        spread = ", ".join(_tex(float(v) ** 2) for v in fitted.spread)
        lines.append(rf"(x-\mu)\,U\Lambda^{{-1/2}},\quad \Lambda = \mathrm{{diag}}({spread})")
    return lines


def _tex(value: float) -> str:
    return number(float(value)).replace("−", "-").replace(",", "{,}")


def _bracket(value: float) -> str:
    return f"({_tex(value)})" if value < 0 else _tex(value)


def notices(points: Array, fitted: Fitted) -> list[str]:
    """The deck's erratum and its opposite, counted."""
    z, parts = apply(points, fitted, "standardized"), apply(points, fitted, "range")
    outside, farthest = int((np.abs(z).max(axis=1) > 1).sum()), float(np.abs(z).max())
    middle = np.sort(parts, axis=0)[2:-2]
    squeezed = float((middle.max(axis=0) - middle.min(axis=0)).min())
    erratum = (
        f"Deck D0 calls (x − μ)/σ “scale to a specific range”. It is not: **{outside}** of {len(z)} points lie outside "
        f"the box from −1 to 1, the farthest at {number(farthest)} σ. Only mean 0 and spread 1 are promised."
    )
    opposite = (
        "Min–max does keep a range, and single points decide it: without the two most extreme at each end, the others "
        f"share **{squeezed:.0%}** of it. Try the outlier."
    )
    return [
        erratum,
        opposite,
        "Centring moves the cloud, standardizing rescales both axes; only whitening undoes a tilt.",
    ]


def table(points: Array, fitted: Fitted) -> str:
    """Condition number and the steps that it costs, by every way, as Markdown."""
    kappas = {way: condition(apply(points, fitted, way)) for way in WAYS}
    head = "| a linear fit is given the points | " + " | ".join(WAYS.values()) + " |\n|---|" + "--:|" * len(WAYS)
    first = "| condition number κ of its Hessian | " + " | ".join(number(k) for k in kappas.values()) + " |"
    second = (
        "| steps of gradient descent to 1 % of the error | " + " | ".join(_steps(k) for k in kappas.values()) + " |"
    )
    why = (
        "**Why it matters.** The learning rate must stay below 2/λ of the steepest direction; the flattest then learns "
        "κ times as slowly. Steps are counted for the best constant rate, each about 2/κ of what is left. Batch "
        "normalization does this for hidden layers, batch by batch. *(Deck D2, batch normalization; LeCun et al. 1998, "
        "§4.3)*"
    )
    return f"{why}\n\n{head}\n{first}\n{second}"


def _steps(kappa: float) -> str:
    """The number ln 100 / ln((κ+1)/(κ−1)): the error shrinks by (κ−1)/(κ+1) per step at the rate 2/(λmax+λmin)."""
    if kappa - 1 < 1e-6:
        return "1"
    return number(math.ceil(math.log(100) / math.log1p(2 / (kappa - 1)))) if math.isfinite(kappa) else "never"
