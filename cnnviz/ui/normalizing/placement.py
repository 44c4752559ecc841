"""Before or after the ReLU: what the next layer gets either way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.normalization import forward
from cnnviz.params import param
from cnnviz.ui.components.histograms import Histogram, histograms
from cnnviz.ui.controls import controls
from cnnviz.ui.normalizing.numbers import plain

Array = NDArray[np.float64]
TITLE = "Before or after the ReLU?"
DRAWN, BINS, LOW, HIGH = 2000, 40, -4.0, 4.0


@dataclass(frozen=True)
class Layer:
    """What a layer puts out before anything is done with it."""

    mean: float = param(-1.0, low=-3.0, high=3.0, step=0.1, label="mean of the layer’s output", help="Shifts all.")
    spread: float = param(1.0, low=0.2, high=3.0, step=0.1, label="its spread", help="Stretches all.")


def section() -> None:
    """Two rows of histograms: normalized first, or last."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        layer = controls(Layer, key="place")
    before, after = steps(layer)
    with left:
        st.markdown(reading(before, after))
    with right:
        rows = [("Before: normalize, then ReLU (the paper)", before), ("After: ReLU, then normalize", after)]
        histograms(
            [(title, [_histogram(*step) for step in taken]) for title, taken in rows],
            low=LOW,
            high=HIGH,
            label="Distributions of 2000 numbers with γ = 1, β = 0. " + reading(before, after),
            key="bn-place",
        )


def steps(layer: Layer) -> tuple[list[tuple[str, Array, str]], list[tuple[str, Array, str]]]:
    """Both ways for 2000 draws from a normal distribution: title, numbers and colour of each step. γ = 1, β = 0."""
    z = layer.mean + layer.spread * np.random.default_rng(0).standard_normal(DRAWN)
    normal, rectified = forward(z).output, np.maximum(z, 0)
    start = ("the layer’s output", z, "#0072B2")
    return (
        [start, ("normalized", normal, "#56B4E9"), ("ReLU", np.maximum(normal, 0), "#009E73")],
        [start, ("ReLU", rectified, "#56B4E9"), ("normalized", forward(rectified).output, "#009E73")],
    )


def _histogram(title: str, values: Array, colour: str) -> Histogram:
    counts, _ = np.histogram(values, BINS, (LOW, HIGH))
    zeros = float((values == 0).mean())
    words = f"mean {plain(_clean(values.mean()))}, spread {plain(values.std())}"
    outside = float((np.abs(values) > HIGH).mean())
    words += (f", {zeros:.0%} zeros" if zeros else "") + (f", {outside:.0%} outside" if outside >= 0.005 else "")
    return Histogram(title, (counts / len(values)).tolist(), words, colour)


def _clean(mean: float) -> float:
    return 0.0 if abs(mean) < 1e-9 else float(mean)


def reading(before: list[tuple[str, Array, str]], after: list[tuple[str, Array, str]]) -> str:
    """What the next layer gets, in three sentences."""
    first, last, dead = before[-1][1], after[-1][1], float((after[1][1] == 0).mean())
    return (
        f"- **Before**: whatever the layer does, about half of the numbers pass the ReLU; the next layer gets mean "
        f"{plain(first.mean())}, not 0.\n"
        f"- **After**: {dead:.0%} are cut off first; the next layer gets mean {plain(_clean(last.mean()))} and spread "
        f"{plain(last.std())}, but the zeros are now {plain(last.min())}.\n"
        "- The paper normalizes before; deck D2 says after was “reported to work even better”. At the "
        "bottom you can train both."
    )
