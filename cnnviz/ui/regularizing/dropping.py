"""Dropout on a small network: masks, both ways to scale, and the average over all networks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from cnnviz.params import param
from cnnviz.regularization.dropout import AT_TEST, INVERTED, Ensemble, Masks, Net, at_test, draw, ensemble, in_training
from cnnviz.regularization.dropout import noise as noise_of
from cnnviz.ui.components.dropout_net import Layer, dropout_net
from cnnviz.ui.controls import controls

TITLE = "Dropout: another network in every step"
MASKS = 1000
NET = Net(
    into=np.array([[0.6, -0.4], [0.9, 0.5], [-0.3, 0.8], [0.5, 0.7], [-0.2, -0.6], [0.4, 0.2]]),
    bias=np.array([0.5, -0.1, 0.3, -0.2, 1.6, 0.2]),
    out=np.array([1.1, -0.9, 0.8, 0.7, -1.2, 0.6]),
    shift=0.2,
)
"""Two inputs, six units, one probability: numbers of our own, chosen so that no unit is off without dropout."""
INPUT = np.array([1.0, 0.5])


@dataclass(frozen=True)
class Dropped:
    """How the masks are drawn, and which unit is written out."""

    chance: float = param(
        0.5, low=0.0, high=0.9, step=0.05, label="leave out with probability", help="p in PyTorch; AlexNet has 0.5."
    )
    unit: int = param(1, low=1, high=6, label="unit written out", help="Which of the six units the numbers are about.")
    seed: int = param(0, low=0, high=99, label="seed of the masks", help="Other masks; the average stays.")


def section() -> None:
    """Controls left, the drawn network and its running averages right; below, the numbers."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        chosen = controls(Dropped, key="drop")
        st.markdown(
            "Deck D4: “multiply their outputs by 0.5” at test. That is the paper's way; PyTorch divides by 1 − p in "
            "training, and leaves the test alone. **Never do both.**"
        )
    masks = _masks(chosen.chance, chosen.seed)
    hidden = NET.hidden(INPUT)
    with main:
        layer = Layer(
            into=NET.into,
            out=NET.out,
            shift=NET.shift,
            inputs=INPUT,
            hidden=hidden,
            kept=masks.kept,
            drop=chosen.chance,
        )
        dropout_net(layer, unit=chosen.unit - 1, key="drop-net")
    left, right = st.columns([6, 5], gap="medium")
    with left:
        st.latex(written_out(chosen, masks))
    with right:
        st.markdown("\n".join(f"- {line}" for line in reading(chosen, masks)))


@lru_cache(maxsize=64)
def _masks(chance: float, seed: int) -> Masks:
    return draw(len(NET.bias), chance, count=MASKS, seed=seed)


@lru_cache(maxsize=64)
def _asked(chance: float) -> Ensemble:
    return ensemble(NET, INPUT, chance)


def averages(chosen: Dropped, masks: Masks) -> dict[str, float]:
    """The chosen unit's output, measured over the masks, by scaling."""
    h = NET.hidden(INPUT)
    return {way: float(in_training(h, masks, way)[:, chosen.unit - 1].mean()) for way in (AT_TEST, INVERTED)}


def written_out(chosen: Dropped, masks: Masks) -> str:
    """One unit: both ways in training, on average, and at test, with the numbers."""
    keep, h = 1 - chosen.chance, NET.hidden(INPUT)
    one, measured = h[chosen.unit - 1], averages(chosen, masks)
    name = f"h_{chosen.unit}"
    rows = []
    for way, title in ((AT_TEST, "paper, D4"), (INVERTED, "frameworks")):
        scaled, test = (rf"\cdot\tfrac{{1}}{{{keep:g}}}", "") if way == INVERTED else ("", rf"{keep:g}\,")
        drawn, expected = one / keep if way == INVERTED else one, at_test(h, chosen.chance, way)[chosen.unit - 1]
        mean = rf"{keep:g}\cdot{one:.2f}{scaled} = {expected:.3f}"
        cells = (rf"\text{{{title}}}", rf"{drawn:.3f}\text{{ or }}0", mean, f"{measured[way]:.3f}")
        rows.append(" & ".join((*cells, rf"{test}{name} = {expected:.3f}")))
    head = rf" & \text{{in training}} & \text{{on average}} & \text{{{MASKS:,} masks}} & \text{{at test}}\\ \hline "
    return r"\begin{array}{l|lllr}" + head + r"\\".join(rows) + r"\end{array}"


def reading(chosen: Dropped, masks: Masks) -> list[str]:
    """The bound of the measured mean, the noise, and the average over all networks."""
    h = NET.hidden(INPUT)
    spread = float(noise_of(h, chosen.chance, INVERTED)[chosen.unit - 1] ** 0.5)
    measured = averages(chosen, masks)[INVERTED]
    asked = _asked(chosen.chance)
    off, usual = abs(measured - h[chosen.unit - 1]), spread / MASKS**0.5
    added = (
        f"Dropout adds noise: inverted, the unit has a deviation of **{spread:.3f}**, the root of h²·p/(1 − p). "
        f"The mean of {MASKS:,} masks is off by **{off:.3f}**; about {usual:.3f} is usual."
    )
    asked_all = (
        f"All **{len(asked.members)} networks** asked together say **{asked.mean:.3f}** on average, "
        f"**{asked.geometric:.3f}** by the geometric mean. The one network used at test says **{asked.scaled:.3f}**: "
        "exactly the geometric mean, at the price of one."
    )
    return [added, asked_all]
