"""The section on activation functions: each with its derivative, where it is flat, and where the inputs lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.params import param
from cnnviz.signals import ACTIVATIONS, SATURATED, Activation, mean_slope, saturated_share
from cnnviz.ui import state
from cnnviz.ui.components.slopes import Slopes, moved_to, slopes
from cnnviz.ui.controls import controls, menu
from cnnviz.ui.vanishing.numbers import power, times

TITLE = "Activations and their derivatives"
REACH, STEP = 8.0, 0.05


@dataclass(frozen=True)
class Inputs:
    """Where the inputs of the activation lie."""

    spread: float = param(
        1.0,
        low=0.1,
        high=6.0,
        step=0.1,
        label="inputs spread by σ",
        help="Blue hill: inputs z, normal around 0. σ = 1 is what normalization makes.",
    )


def section() -> None:
    """Menu and spread on the left with what they mean, the two curves on the right."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        activation = ACTIVATIONS[menu("Function", ACTIVATIONS, key="act-function", default="sigmoid")]
        spread = controls(Inputs, key="act").spread
        st.latex(rf"\varphi(z) = {activation.formula}")
        st.latex(rf"\varphi'(z) = {activation.slope_formula}")
    with main:
        _draw(activation, spread)
    st.markdown("\n".join(f"- {line}" for line in reading(activation, spread)))
    with st.expander("All functions in numbers"):
        st.markdown(table(spread))


def _draw(activation: Activation, spread: float) -> None:
    z = np.round(np.arange(-REACH, REACH + STEP / 2, STEP), 6)
    drawn = Slopes(
        activation.title,
        z,
        activation.value(z),
        activation.derivative(z),
        SATURATED,
        np.exp(-0.5 * (z / spread) ** 2),
    )
    at = float(state.linked("act-at", "2", _is_place))
    label = (
        f"{activation.title} above its derivative for z from −8 to 8. The derivative is at most "
        f"{times(activation.largest)}; where it is below {SATURATED} the chart is shaded. "
        f"The inputs spread by {spread:g} around 0."
    )
    slopes(drawn, at=at, label=label, key="slopes", on_at=keep_point)


def _is_place(text: str) -> bool:
    try:
        return abs(float(text)) <= REACH
    except ValueError:
        return False


def keep_point() -> None:
    """Take over where the point was moved to; a callback."""
    at = moved_to("slopes")
    if at is not None:
        state.put("act-at", f"{at:g}")


def reading(activation: Activation, spread: float) -> list[str]:
    """What the curves and the hill say together."""
    mean, flat = mean_slope(activation, spread), saturated_share(activation, spread, SATURATED)
    line = f"The derivative is at most **{times(activation.largest)}**. Inputs that spread by σ = {spread:g} pass"
    lines = [f"{line} **{times(mean)}** on average; for **{flat:.0%}** of them it is below {SATURATED} (shaded)."]
    if activation.name in ("sigmoid", "tanh", "hard-sigmoid", "hard-tanh", "softsign"):
        near, far = mean_slope(activation, 1.0), mean_slope(activation, 5.0)
        lines.append(
            f"**Inputs restricted** to the middle, as normalization does (σ = 1), pass **{times(near)}** on average; "
            f"spread by σ = 5 only **{times(far)}**. Deck D3 draws the sigmoid “with restricted inputs” for that."
        )
    if activation.name == "sigmoid":
        ten = mean_slope(activation, 1.0) ** 10
        lines.append(
            f"Restricting alone does not lift the bound: ten slopes still multiply to {power(ten)}. Batch norm helps "
            "because it also divides by the small spread of what comes in."
        )
    return lines


def table(spread: float) -> str:
    """All functions with their largest derivative, the mean for these inputs, and their source."""
    rows = [
        f"| {a.title} | ${a.formula}$ | {times(a.largest)} | {times(mean_slope(a, spread))} "
        f"| {saturated_share(a, spread, SATURATED):.0%} | {a.reference} |"
        for a in ACTIVATIONS.values()
    ]
    head = f"| φ | formula | largest φ′ | mean φ′ at σ = {spread:g} | below {SATURATED} | source |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])
