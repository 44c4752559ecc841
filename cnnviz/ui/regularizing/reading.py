"""Below the figure: the loss with its penalty in numbers, what to notice, code and downloads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.training.tasks.overfit import MOMENTUM, Overfit, Overfitted
from cnnviz.ui.regularizing.code import code
from cnnviz.ui.regularizing.runs import Run, run_of
from cnnviz.ui.strip import columns, download, show_code

LOW = 0.1  # a training loss below it says: by heart
COLUMNS = ("step", "train", "validation", "test", "train_right", "validation_right", "test_right", "norm")


def strip(settings: Overfit, events: Sequence[Overfitted]) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    run = run_of(events) if events else None
    with left:
        for line in formulas(settings, run):
            st.latex(line)
    with middle:
        lines = notice(settings, run) if run is not None else ["Train it, and compare the two losses."]
        st.markdown("\n".join(f"- {line}" for line in lines))
    with right:
        if run is not None:
            download("Losses (CSV)", lambda: csv(run), name="overfitting.csv", mime="text/csv")
        show_code(code(settings))


def formulas(settings: Overfit, run: Run | None) -> list[str]:
    """What is minimized, with the numbers of the last step, and what one step does to a weight."""
    decay, rate = settings.decay, settings.rate
    lines = []
    if run is not None:
        loss, norm = run.train[-1], run.norm[-1]
        penalty = decay / 2 * norm
        lines.append(
            rf"\begin{{aligned}}L + \tfrac{{\lambda}}{{2}}\lVert w\rVert^2 &= {loss:.3f} + \tfrac{{{decay:g}}}{{2}}"
            rf"\cdot {norm:.1f}\\ &= {loss:.3f} + {penalty:.3f} = {loss + penalty:.3f}\end{{aligned}}"
        )
    lines.append(
        r"\begin{aligned}v &\leftarrow " + f"{MOMENTUM}" + r"\,v + g + \lambda w\\ w &\leftarrow w - \eta\, v = w - "
        rf"{rate:g}\,v,\quad \lambda = {decay:g}\end{{aligned}}"
    )
    return lines


def notice(settings: Overfit, run: Run) -> list[str]:
    """Sentences about this very run, the most telling first."""
    last, best = run.validation[-1], run.validation[run.best]
    if not last < float("inf"):
        return ["The loss is no number any more: the steps are too long. Choose a smaller learning rate under *More*."]
    gap = last - run.train[-1]
    ends = f"**{run.train[-1]:.3f}** in training and **{last:.3f}** in validation"
    lines = [f"At the end the loss is {ends}: a gap of **{gap:.2f}**. {_verdict(run)}"]
    lines.append(
        f"The validation loss was lowest, **{best:.3f}**, at step **{run.step[run.best]:,}** of {run.step[-1]:,}: "
        "early stopping keeps the weights of that step."
    )
    lines.append(
        f"On 2,000 test points that chose nothing, those weights have a loss of **{run.test[run.best]:.3f}** and "
        f"get **{100 * run.test_right[run.best]:.1f}\N{NO-BREAK SPACE}%** right; the last weights have "
        f"**{run.test[-1]:.3f}** and get {100 * run.test_right[-1]:.1f}\N{NO-BREAK SPACE}%."
    )
    lines.append(
        f"‖w‖² went from **{run.norm[0]:.0f}** to **{run.norm[-1]:.0f}**"
        + (": decay keeps it small." if settings.decay else ": being sure of every point takes large weights.")
    )
    return lines


def _verdict(run: Run) -> str:
    train, last, best = run.train[-1], run.validation[-1], run.validation[run.best]
    if train < LOW and last > 1.5 * best:
        return "It has learned its points by heart."
    if last > 1.2 * best:
        return "It overfits, though less than it could."
    if train > 0.5:
        return "It underfits: it is too small, or held back too much."
    return "It hardly overfits."


def csv(run: Run) -> bytes:
    """A line per look: step, losses, shares of right answers, ‖w‖²."""
    rows = zip(*(getattr(run, name) for name in COLUMNS), strict=True)
    lines = [",".join(f"{value:.9g}" for value in row) for row in rows]
    return ("\n".join([",".join(COLUMNS).replace("norm", "squared_norm"), *lines]) + "\n").encode()
