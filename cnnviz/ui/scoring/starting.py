"""Why an untrained network starts at ln 10: the measured loss of random weights, small and large."""

from __future__ import annotations

import math

import streamlit as st

from cnnviz.scores.starting import SCALES, TORCH, expected, measured
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.controls import choose

TITLE = "Why an untrained network starts at ln 10"


def section() -> None:
    """Choose how many classes there are; draw the loss over the size of the random weights."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        chosen = choose("Classes", ["2", "10", "100", "1000"], key="start-classes", default="10")
        st.markdown(reading(int(chosen)))
    with main:
        draw(int(chosen))


def draw(classes: int) -> None:
    """Mean, smallest and largest loss over the seeds, what is expected, ln C, and PyTorch's own start."""
    losses, length = measured(classes)
    small = [s for s in SCALES if s * length**0.5 <= 1.5]
    chance = math.log(classes)
    curves(
        [
            Curve("mean of 12 random networks", SCALES, losses.mean(axis=0).tolist(), "#D55E00"),
            Curve("luckiest", SCALES, losses.min(axis=0).tolist(), "#8A8A8A"),
            Curve("unluckiest", SCALES, losses.max(axis=0).tolist(), "#8A8A8A"),
            Curve(
                "expected for small weights",
                small,
                [expected(classes, scale=s, length=length) for s in small],
                "#0072B2",
                dashed=True,
            ),
        ],
        x=Axis("size of the random weights (standard deviation)", log=True),
        y=Axis("loss before any training", log=True),
        label=f"The loss of untrained classifiers of {classes} classes over the size of their weights.",
        key="start-curves",
        height=340,
        marks=(
            Mark(chance, f"ln {classes} = {chance:.3f}", "y", "#009E73"),
            Mark(TORCH, "nn.Linear starts here", "x", "#CC79A7"),
        ),
    )


def reading(classes: int) -> str:
    """What the curves say, in sentences with their numbers."""
    losses, length = measured(classes)
    chance, mean = math.log(classes), losses.mean(axis=0)
    default = expected(classes, scale=TORCH, length=length)
    return (
        f"Small weights make all scores nearly 0, so each of the {classes} classes gets 1/{classes} and the loss is "
        f"−ln 1/{classes} = ln {classes} = **{chance:.6f}**.\n\n"
        f"PyTorch's `nn.Linear` starts with weights of {TORCH:.4f}: the loss is about **{default:.2f}**. With weights "
        f"of 1 it is **{mean[-1]:.3g}**: sure of itself, and wrong.\n\n"
        "So look at your first loss. Much more than this: weights too large, or inputs not scaled. "
        "Less: the label leaks into the input."
    )
