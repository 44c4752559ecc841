"""Early stopping on the curve above, the three-way split, and what choosing by the test set does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from cnnviz.data.points import Points, split
from cnnviz.params import param
from cnnviz.regularization.selection import contest, expected_best
from cnnviz.regularization.stopping import Stop, stop
from cnnviz.training.tasks.overfit import Overfitted
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.components.shares import Share, shares
from cnnviz.ui.controls import controls
from cnnviz.ui.regularizing.figure import HELD_OUT, HIGHEST
from cnnviz.ui.regularizing.runs import Run, run_of

TITLE = "Early stopping, and three parts that must not be mixed"
KEPT, TEST = "#009E73", "#8A8A8A"
REPEATS = 400
COUNTS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200)


@dataclass(frozen=True)
class Patience:
    """When to give up."""

    patience: int = param(20, low=1, high=150, label="patience", help="Looks without improvement before it stops.")


@dataclass(frozen=True)
class Split:
    """How the examples are dealt."""

    examples: int = param(1000, low=50, high=5000, step=50, label="examples", help="All that you have.")
    validation: int = param(15, low=5, high=40, step=5, label="validation, %", help="To choose with.")
    test: int = param(15, low=5, high=40, step=5, label="test, %", help="To judge with, once.")


@dataclass(frozen=True)
class Pick:
    """How many equally good models compete."""

    models: int = param(20, choices=COUNTS, label="models to choose from", help="All of the same true accuracy.")
    right: int = param(
        80, low=50, high=99, label="true accuracy of each, %", help="What each gets right in the long run."
    )


def section(events: Sequence[Overfitted]) -> None:
    """The patience rule, the bars of the split, and the contest."""
    st.subheader(TITLE, anchor=False)
    _early(events)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        dealt = controls(Split, key="split")
        pick = controls(Pick, key="pick")
    sizes = deal(dealt)
    with main:
        draw_split(sizes)
        _contest(pick, sizes[2])


def _early(events: Sequence[Overfitted]) -> None:
    side, main = st.columns([1, 3], gap="medium")
    with side:
        patience = controls(Patience, key="stop").patience
        if not events:
            st.markdown("Train the network above: its validation curve appears here.")
            return
        run = run_of(events)
        found = stop(run.validation, patience=patience)
        st.markdown(stopped(run, found, patience))
    with main:
        _draw_stop(run, found)


def stopped(run: Run, found: Stop, patience: int) -> str:
    """What the rule does on this curve."""
    best, last = run.step[found.best], run.step[found.stopped]
    line = f"Patience **{patience}** looks = {patience * run.every:,} steps. "
    if found.early:
        saved = 1 - last / run.step[-1]
        line += (
            f"It stops at step **{last:,}** and goes back to step **{best:,}**, validation loss "
            f"**{run.validation[found.best]:.3f}**: {100 * saved:.0f}\N{NO-BREAK SPACE}% of the steps are saved."
        )
    else:
        line += f"It never gives up here: the best is step **{best:,}**, loss **{run.validation[found.best]:.3f}**."
    if found.missed >= 0:
        line += (
            f" Too soon: step {run.step[found.missed]:,} would have had **{run.validation[found.missed]:.3f}**. "
            "Be more patient."
        )
    return line


def _draw_stop(run: Run, found: Stop) -> None:
    end = found.stopped + 1
    highest = max(run.validation)
    curves(
        [
            Curve("validation, seen", run.step[:end], run.validation[:end], HELD_OUT),
            Curve("never trained", run.step[found.stopped :], run.validation[found.stopped :], TEST, dashed=True),
        ],
        x=Axis("step"),
        y=Axis("validation loss", low=0.0, high=min(HIGHEST, 1.05 * highest)),
        label=f"Validation loss; best at step {run.step[found.best]}, stopped at step {run.step[found.stopped]}.",
        key="stop-curve",
        height=260,
        marks=[
            Mark(run.step[found.best], "kept", colour=KEPT),
            *([Mark(run.step[found.stopped], "stopped", colour=HELD_OUT)] if found.early else []),
        ],
    )


def deal(dealt: Split) -> tuple[int, int, int]:
    """Sizes of training, validation and test."""
    parts = (100 - dealt.validation - dealt.test, dealt.validation, dealt.test)
    nothing: Points = (np.zeros((dealt.examples, 2)), np.zeros(dealt.examples, dtype=np.int64))
    a, b, c = (len(labels) for _, labels in split(*nothing, shares=parts, seed=0))
    return a, b, c


def draw_split(sizes: tuple[int, int, int]) -> None:
    """The three parts as bars, with what each is for."""
    shares(
        [
            Share("training", sizes[0], "#0072B2", "sets the weights, seen in every epoch, augmented"),
            Share("validation", sizes[1], HELD_OUT, "chooses model, settings and when to stop, never augmented"),
            Share("test", sizes[2], TEST, "judges what was chosen, once, at the end"),
        ],
        key="split-bars",
    )
    st.markdown(
        "Deck D0 writes “use validation test to choose model”: it is the validation **set**. The test set only "
        "evaluates."
    )


@lru_cache(maxsize=64)
def picked(models: int, right: int, count: int) -> tuple[tuple[float, ...], float, float]:
    """Expected best over the numbers of models, and what a contest measured: chosen by, and fresh; 15 ms."""
    expected = tuple(100 * expected_best(k, count, right / 100) for k in COUNTS)
    measured = contest(models, count, right / 100, repeats=REPEATS, seed=0)
    return expected, 100 * float(measured.chosen_by.mean()), 100 * float(measured.fresh.mean())


def _contest(pick: Pick, count: int) -> None:
    expected, chosen, fresh = picked(pick.models, pick.right, count)
    by_formula = expected[COUNTS.index(pick.models)]
    percent = "\N{NO-BREAK SPACE}%"
    st.markdown(
        f"**If you choose by the test set.** {pick.models} models, each right in {pick.right}{percent} of all cases. "
        f"The best of them on {count} test points shows **{by_formula:.1f}{percent}** by the formula, "
        f"**{chosen:.1f}{percent}** measured over {REPEATS} contests. On {count} fresh points the winner has "
        f"**{fresh:.1f}{percent}**: the rest was luck."
    )
    st.latex(rf"E[\max] = \tfrac{{1}}{{n}}\textstyle\sum_{{j=0}}^{{n-1}}(1 - F(j)^k),\ n={count},\ k={pick.models}")
    curves(
        [
            Curve("number of the winner", COUNTS, expected, HELD_OUT, dots=True),
            Curve("its true accuracy", COUNTS, [float(pick.right)] * len(COUNTS), KEPT, dashed=True),
        ],
        x=Axis("models to choose from", log=True),
        y=Axis("accuracy, %", high=100.0 if max(expected) > 98 else None),
        label=f"The best of {pick.models} equal models shows {by_formula:.1f} percent instead of {pick.right}.",
        key="pick-curve",
        height=260,
        marks=[Mark(float(pick.models), f"{pick.models} models: {by_formula - pick.right:+.1f} points")],
    )
