"""Learning by heart as an equation, the size of an epoch, and the regularizers that have a lecture of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from cnnviz.data.points import points
from cnnviz.params import param
from cnnviz.regularization.memory import Memory, empirical_risk, epochs
from cnnviz.training.tasks.overfit import FRESH, Overfit
from cnnviz.ui.controls import controls

TITLE = "Learning by heart, and the size of an epoch"
NEW = 1000
OTHERS = (
    ("augmentation", "Data augmentation", "other pictures of the same thing in every epoch"),
    ("scores", "Label smoothing", "a target of 0.9 instead of 1, so that no score has to grow without end"),
    ("batch_norm", "Batch normalization", "the noise of the batch's mean and variance"),
)


@dataclass(frozen=True)
class Heart:
    """Where the memorizing function is asked."""

    known: bool = param(True, label="ask it what it has seen", help="Off: ask new points of the same kind.")


@dataclass(frozen=True)
class Epoch:
    """What an epoch consists of."""

    pictures: int = param(
        50000, low=1000, high=60000, step=1000, label="training pictures", help="CIFAR-10 has 50,000."
    )
    batch: int = param(128, choices=(32, 64, 128, 256), label="batch size", help="Pictures per step.")
    count: int = param(10, low=1, high=100, label="epochs", help="How often it goes through them all.")
    augmented: bool = param(True, label="augmented", help="Each picture is transformed anew whenever it is looked at.")


def section(settings: Overfit) -> None:
    """Two columns and a last line."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        known = controls(Heart, key="heart").known
        st.latex(
            r"f(x) = \begin{cases} y^{(i)} & x = x^{(i)}\\ 0 & \text{otherwise}\end{cases}"
            rf"\qquad R(f) = {risk(settings, known):.3f}"
        )
        st.markdown(by_heart(settings, known))
    with right:
        chosen = controls(Epoch, key="heart")
        st.markdown(epoch(chosen))
    st.markdown(others())


def risk(settings: Overfit, known: bool) -> float:  # noqa: FBT001 (a key of the cache)
    """Share of wrong answers of the memorizing function, on its own points or on new ones."""
    return _risk(settings.kind, settings.points, settings.noise, settings.seed, known=known)


@lru_cache(maxsize=64)
def _risk(kind: str, count: int, noise: float, seed: int, *, known: bool) -> float:
    xy, labels = points(kind, count, noise=noise, seed=seed)
    asked, right = (xy, labels) if known else points(kind, NEW, noise=noise, seed=seed + FRESH)
    return empirical_risk(Memory(xy, labels)(asked), right)


def by_heart(settings: Overfit, known: bool) -> str:  # noqa: FBT001
    """What the equation means for the points above."""
    where = f"the {settings.points} points it has seen" if known else f"{NEW:,} new points"
    line = f"On {where} it is wrong in **{100 * risk(settings, known):.1f}\N{NO-BREAK SPACE}%** of the cases. "
    if known:
        line += "Deck D3's text says that this minimizes “(5)”; it minimizes the **empirical risk, equation (3)**. "
    return line + "Without an assumption about f nothing can be learned: every regularizer is such an assumption."


def epoch(chosen: Epoch) -> str:
    """What the numbers of an epoch are, with and without augmentation."""
    told = epochs(chosen.pictures, batch=chosen.batch, count=chosen.count, augmented=chosen.augmented)
    return (
        f"Deck D3: “the epoch size does not change”. An epoch has **{chosen.pictures:,}** pictures, **{told.steps:,}** "
        f"steps of {chosen.batch}, with augmentation or without. Here it is **{'on' if chosen.augmented else 'off'}**: "
        f"{chosen.count} epochs look **{told.looks:,}** times, at **{told.different:,}** different pictures."
    )


def others() -> str:
    """The regularizers of other lectures, linked."""
    found = [f"**[{title}]({page})** ({what})" for page, title, what in OTHERS]
    return "Regularizers with a lecture of their own: " + ", ".join(found) + "."
