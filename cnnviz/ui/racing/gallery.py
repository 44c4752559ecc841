"""The gallery of mistakes: rules wrong by one sign, root or factor, each with the number that shows it."""

from __future__ import annotations

import math
from functools import lru_cache

import streamlit as st

from cnnviz.landscapes import quadratic
from cnnviz.optim import RULES, settings_of, trajectory
from cnnviz.ui import state
from cnnviz.ui.controls import choose

TITLE = "A gallery of mistakes"
RATES = {"adam-l2": "lr=0.02 weight_decay=0.2", "adamw": "lr=0.02 weight_decay=0.2", "rmsprop-inside": "eps=0.01"}
RATES |= {"rmsprop": "eps=0.01", "adam-times": "lr=0.02", "adam": "lr=0.02", "adam-uncorrected": "lr=0.02"}


def section() -> None:
    """One mistake at a time: what is wrong, beside what is right, and a race between the two."""
    st.subheader(TITLE, anchor=False)
    wrong = [name for name in RULES if RULES[name].bug]
    left, right = st.columns([1, 3], gap="medium")
    with left:
        name = choose("The mistake", wrong, key="mistake", default=wrong[0], title=lambda name: RULES[name].title)
        st.button("Race it against the right one", on_click=_race, args=(name,), key="race-mistake")
    with right:
        _show(name)


def _show(name: str) -> None:
    wrong = RULES[name]
    right = RULES[wrong.right]
    first, second = st.columns(2)
    with first:
        st.markdown("**Wrong**")
        st.latex(wrong.formula)
    with second:
        st.markdown("**Right**")
        st.latex(right.formula)
    text, _, url = wrong.reference.rpartition(", http")
    source = f"[{text}](http{url})" if text else wrong.reference
    st.markdown(f"{wrong.bug} {wrong.summary} {number_that_shows(name)} *({source})*")


@lru_cache(maxsize=16)
def number_that_shows(name: str) -> str:
    """The mistake's number, measured on the quadratic with κ = 10 from (1, 1)."""
    if name == "adagrad-plus":
        climb = ", ".join(f"{value:.1f}" for value in _path(name, steps=5, lr=0.5).loss)
        return f"From (1, 1) with ε = 0.5 the loss goes {climb}."
    if name in ("adam-times", "adam-uncorrected"):
        path = _path(name, steps=1, lr=0.01)
        longer = (path.path[0][0] - path.path[1][0]) / 0.01
        return f"Its first step is **{longer:.2f}** rates long, where Adam's is exactly 1."
    if name == "rmsprop-inside":
        inside, outside = 1e-4 / math.sqrt(1e-8 + 1e-8), 1e-4 / (1e-4 + 1e-8)
        return f"With δ = 10⁻⁸ and a gradient of 10⁻⁴ a step is **{inside:.3f}** rates long instead of {outside:.4f}."
    if name == "adam-l2":
        return _shrunk()
    return _rescaled()


def _path(rule: str, *, steps: int, **values: float):  # type: ignore[no-untyped-def]
    return trajectory(rule, quadratic(), start=(1.0, 1.0), steps=steps, settings=settings_of(rule, values))


def _shrunk() -> str:
    """A gradient a thousand times as large as the decay: how much of the decay is left after Adam's division."""
    decay, slope = 0.1, 100.0
    return (
        f"For a weight of 1 whose gradient is {slope:g}, a decay of λ = {decay:g} pulls with {decay:g} rates in AdamW, "
        f"and with about λ/|g| = **{decay / slope:g}** rates here."
    )


def _rescaled() -> str:
    mean = _path("momentum-mean", steps=50, lr=0.2, momentum=0.9)
    total = _path("momentum", steps=50, lr=0.02, momentum=0.9)
    apart = max(math.dist(a, b) for a, b in zip(mean.path, total.path, strict=True))
    return (
        "At β = 0.9 the same rate walks a tenth as far. With a rate of 0.2 it follows the sum's path at 0.02: over 50 "
        f"steps they differ by at most {apart:.0e}."
    )


def _race(name: str) -> None:
    """The mistake beside what is right, with the same settings on the same ravine; a callback."""
    state.to_defaults()
    state.put("mistake", name)
    right = RULES[name].right
    state.put("rules", f"{name},{right}")
    state.put("runner", name)
    state.put("start", "quadratic:1,1")
    for rule in (name, right):
        state.put(f"set-{rule}", RATES.get(rule if right != "adam" else "adam", ""))
