"""Why γ and β: without them a sigmoid would only ever see its nearly straight middle."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui.components.squash import Dots, squash
from cnnviz.ui.normalizing.controls import Shown
from cnnviz.ui.normalizing.numbers import number, plain

Array = NDArray[np.float64]
TITLE = "Why γ and β?"
STEEPEST = 0.25  # the sigmoid's slope at 0


def section(shown: Shown) -> None:
    """The batch on the sigmoid before and after γ and β."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    hat, y = shown.passed.normalized[:, 0], shown.passed.output[:, 0]
    with left:
        st.markdown(
            "A sigmoid follows the normalization here. x̂ always lies around 0, where the sigmoid is nearly a straight "
            "line, and a network of straight lines is one straight line. γ and β are learned, so that the network can "
            "**undo** the normalization wherever that lowers the loss."
        )
        if np.isfinite(hat).all():
            st.latex(identity(shown))
            st.markdown(reading(hat, y))
    with right:
        squash(
            [
                Dots("x̂: normalized", "#56B4E9", _drawn(hat)),
                Dots("y = γ x̂ + β, with γ and β from above", "#009E73", _drawn(y)),
            ],
            label=f"The sigmoid with x̂ at {_listed(hat)} and y at {_listed(y)}.",
            key="bn-sigmoid",
        )


def identity(shown: Shown) -> str:
    """The γ and β that undo the normalization of the first feature."""
    mean, variance = float(shown.passed.mean[0]), float(shown.passed.variance[0])
    gamma = rf"\gamma=\sqrt{{\sigma^2+\varepsilon}} = {number((variance + shown.eps) ** 0.5)}"
    return rf"{gamma},\quad \beta=\mu = {number(mean)}\ \Rightarrow\ y = x"


def reading(hat: Array, y: Array) -> str:
    """Slopes at the outermost points before and after, in two sentences."""
    lines = []
    for name, z in (("x̂", hat), ("y", y)):
        slopes = _sigmoid(z) * (1 - _sigmoid(z))
        away = float(np.abs(_sigmoid(z) - (0.5 + z / 4)).max())
        lines.append(
            f"- **{name}** from {plain(z.min())} to {plain(z.max())}: slopes {plain(slopes.min())} to "
            f"{plain(slopes.max())} (steepest: {STEEPEST}), at most **{plain(away)}** off the straight line."
        )
    return "\n".join(lines)


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -60, 60))))


def _drawn(z: Array) -> list[float]:
    return [float(v) for v in z if np.isfinite(v)]


def _listed(z: Array) -> str:
    return ", ".join(plain(v) for v in z)
