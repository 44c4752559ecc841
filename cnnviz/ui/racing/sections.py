"""Further sections: who multiplies by the rate, schedules over the steps, and what a batch's noise does."""

from __future__ import annotations

import statistics
from functools import lru_cache

import streamlit as st

from cnnviz.landscapes import quadratic
from cnnviz.optim import SCHEDULES, settings_of, trajectory
from cnnviz.ui.components.curves import Axis, Curve, curves
from cnnviz.ui.controls import choose
from cnnviz.ui.racing.raced import Raced

DRAWN = 100  # points of a schedule


def conventions() -> None:
    """Three ways to write momentum, and when they are the same."""
    st.subheader("Where does the rate multiply?", anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        for text, formula in (
            ("PyTorch", r"b \leftarrow \mu b + g,\quad \theta \leftarrow \theta - \varepsilon b"),
            ("Distill", r"z \leftarrow \beta z + \nabla f,\quad w \leftarrow w - \alpha z"),
            ("Deck D1", r"v \leftarrow \alpha v - \varepsilon g,\quad \theta \leftarrow \theta + v"),
            ("Adam's m", r"m \leftarrow \beta m + (1 - \beta) g,\quad \theta \leftarrow \theta - \varepsilon m"),
        ):
            st.latex(rf"\text{{{text}:}}\quad {formula}")
    with right:
        still, falling = (_apart(schedule) for schedule in ("constant", "cosine"))
        st.markdown(
            "- PyTorch and Distill are the same in other letters: the rate multiplies the whole sum of gradients.\n"
            f"- D1's v is −ε b: the same path while the rate stays (largest difference in 100 steps {still:.0e}). When "
            f"it falls, old gradients keep their old rate there, and the paths part by {falling:.2g} (cosine).\n"
            "- A mean instead of a sum needs a rate 1/(1 − β) times as large: 10 times at β = 0.9."
        )


@lru_cache(maxsize=8)
def _apart(schedule: str) -> float:
    """How far the deck's momentum gets from PyTorch's."""
    first, second = (
        trajectory("momentum", quadratic(), steps=100, convention=form, schedule=schedule).path
        for form in ("torch", "deck")
    )
    return max(max(abs(a - c), abs(b - d)) for (a, b), (c, d) in zip(first, second, strict=True))


def schedules(raced: Raced) -> None:
    """The factor on the rate over the steps, the one in use among the others."""
    st.subheader("How the rate can fall", anchor=False)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        steps = [k * raced.steps / DRAWN for k in range(DRAWN)]
        lines = [
            Curve(s.title, steps, [s.factor(k / DRAWN) for k in range(DRAWN)], dashed=name != raced.schedule)
            for name, s in SCHEDULES.items()
        ]
        title = SCHEDULES[raced.schedule].title
        curves(
            lines,
            x=Axis("step"),
            y=Axis("factor on the rate", low=0.0, high=1.05),
            label=f"Five schedules over {raced.steps} steps; in use: {title}.",
            key="schedules",
            height=260,
        )
    with right:
        used = SCHEDULES[raced.schedule]
        st.latex(f"{used.formula},\\quad p = k / {raced.steps}")
        st.markdown(f"In use: **{used.title}**. {used.summary} Choose another under More, and every path follows.")


def noise() -> None:
    """Gradient descent with the noise of small batches: a floor that the rate sets, and what lowers it."""
    st.subheader("What the noise of small batches does", anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        deviation = float(
            choose(
                "Deviation of the gradient's error",
                ["0.2", "0.5", "1", "2"],
                key="floor-noise",
                default="1",
                help="The larger, the higher the floor on which the curves stay.",
            )
        )
        st.markdown(_floors(deviation))
    with right:
        curves(
            [
                Curve(title, list(range(301)), _mean_loss(deviation, lr, schedule))
                for title, lr, schedule in (
                    ("rate 0.15", 0.15, "constant"),
                    ("rate 0.05", 0.05, "constant"),
                    ("rate 0.15, falling (cosine)", 0.15, "cosine"),
                )
            ],
            x=Axis("step"),
            y=Axis("loss, mean of 8 runs", log=True),
            label=f"Loss of gradient descent with noise {deviation:g}: its floor is lower for a smaller rate.",
            key="floors",
            height=280,
        )


@lru_cache(maxsize=16)
def _mean_loss(deviation: float, lr: float, schedule: str) -> list[float]:
    """The mean loss at each step over eight seeds, on the ravine with κ = 10."""
    used = settings_of("sgd", {"lr": lr})
    runs = [
        trajectory("sgd", quadratic(), steps=300, settings=used, schedule=schedule, noise=deviation, seed=seed).loss
        for seed in range(8)
    ]
    return [statistics.fmean(values) for values in zip(*runs, strict=True)]


def _floors(deviation: float) -> str:
    """The stationary loss that theory predicts: ½ Σ λ · ε σ² / (λ(2 − ελ))."""
    large, small = (sum(0.5 * lr * deviation**2 / (2 - lr * curve) for curve in (1, 10)) for lr in (0.15, 0.05))
    return (
        "With noise of deviation σ the loss does not fall to zero: it stays at ½ Σ εσ²/(2 − ελ). Here that is "
        f"**{large:.3g}** for a rate of 0.15 and **{small:.3g}** for 0.05. A falling rate gets down fast and then low."
    )
