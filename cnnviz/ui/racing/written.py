"""The current step of the runner in focus, written out with its numbers in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.optim import SCHEDULES
from cnnviz.ui.racing.raced import Raced

Pair = Sequence[float]


def formulas(raced: Raced) -> list[str]:
    """The rule as its text has it, and the step with its numbers: state before, gradient, state after, move."""
    seen: list[tuple[float, float]] = []
    path = raced.walk(raced.focus, seen)
    if len(path.rows) < 2:
        return [raced.form.formula]
    last = len(path.rows) - 1
    step = min(max(raced.step if raced.step is not None else last, 1), last)
    before, after = path.rows[step - 1], path.rows[step]
    lines = [
        rf"\theta_{{{step - 1}}} &= {pair(before)}",
        rf"g &= {pair(seen[step - 1])}",
        *_states(raced.form.state, before, after),
        *_rate(raced, step, path.rates[step - 1]),
        rf"\Delta\theta &= {pair((after[0] - before[0], after[1] - before[1]))}",
        rf"\theta_{{{step}}} &= {pair(after)}",
        rf"f &= {number(path.loss[step - 1])} \to {number(path.loss[step])}",
    ]
    body = r"\\ ".join(lines)
    return [raced.form.formula, rf"\begin{{aligned}}{body}\end{{aligned}}"]


def _states(names: Sequence[str], before: Sequence[float], after: Sequence[float]) -> list[str]:
    """One line per state, its x and its y together; before the first step they are zero."""
    lines = []
    for place in range(0, len(names), 2):
        letter = names[place].removesuffix("_x")
        old = before[2 + place : 4 + place] or (0.0, 0.0)
        lines.append(rf"{letter} &: {pair(old)} \to {pair(after[2 + place : 4 + place])}")
    return lines


def _rate(raced: Raced, step: int, rate: float) -> list[str]:
    """The rate of this step, where a schedule changes it."""
    if raced.schedule == "constant":
        return []
    return [rf"\varepsilon_{{{step}}} &= {number(rate)}\ \text{{({SCHEDULES[raced.schedule].title.lower()})}}"]


def pair(values: Pair) -> str:
    """Both numbers in brackets."""
    return f"({number(values[0])},\\ {number(values[1])})"


def number(value: float) -> str:
    """Four figures; powers of ten as such."""
    text = f"{value:.4g}"
    digits, _, power = text.partition("e")
    return rf"{digits}\cdot 10^{{{int(power)}}}" if power else digits
