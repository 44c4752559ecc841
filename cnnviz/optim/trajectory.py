"""A path: one rule on one landscape."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.landscapes import Landscape
from cnnviz.optim.registry import CONVENTIONS, RULES, Gradient, Rule, Trail
from cnnviz.optim.schedules import SCHEDULES
from cnnviz.params import params

FAR = 1e12  # beyond this a path has diverged: no landscape here is that large
MOST_STEPS = 100_000


class BadRun(ValueError):
    """A setting that no run can have; the message says which are possible."""


@dataclass(frozen=True)
class Trajectory:
    """Where a rule went: ``rows`` are (x, y, state…), the start first; a diverged one ends at its last finite point."""

    rule: str
    landscape: str
    settings: Any
    convention: str
    rows: tuple[tuple[float, ...], ...]
    loss: tuple[float, ...]
    rates: tuple[float, ...]
    diverged: bool

    @property
    def path(self) -> tuple[tuple[float, float], ...]:
        """The points (x, y)."""
        return tuple((row[0], row[1]) for row in self.rows)


def trajectory(  # noqa: PLR0913 (a run has that many facts)
    rule: str,
    landscape: Landscape,
    *,
    start: tuple[float, float] | None = None,
    steps: int = 100,
    settings: Any = None,
    convention: str = "torch",
    schedule: str = "constant",
    noise: float = 0.0,
    seed: int = 0,
    seen: list[tuple[float, float]] | None = None,
) -> Trajectory:
    """Follow ``rule`` for ``steps`` steps; ``noise`` is the deviation of a normal error added to each gradient.

    ``seen`` is filled with the gradients that the rule was given, one per step.
    """
    chosen = RULES[rule]
    if not 0 <= steps <= MOST_STEPS:
        raise BadRun(f"{steps} steps are not possible; choose 0 to {MOST_STEPS}")
    if convention not in CONVENTIONS:
        raise BadRun(f"there is no convention {convention!r}; choose {' or '.join(CONVENTIONS)}")
    if schedule not in SCHEDULES:
        raise BadRun(f"there is no schedule {schedule!r}; choose one of {', '.join(SCHEDULES)}")
    used = chosen.settings() if settings is None else settings
    here = landscape.start if start is None else start
    if not all(math.isfinite(v) and abs(v) < FAR for v in here):
        raise BadRun("a start is two finite numbers")
    rates = SCHEDULES[schedule].rates(used.lr, steps)
    trail: Trail = [(float(here[0]), float(here[1]))]
    gradient = noisy(landscape.gradient, errors(steps, noise, seed)) if noise else landscape.gradient
    if seen is not None:
        gradient = _noting(gradient, seen)
    diverged = _walk(chosen, used, gradient, trail=trail, rates=rates, convention=convention)
    loss, diverged = _losses(landscape, trail, diverged=diverged)
    return Trajectory(
        rule, landscape.name, used, convention, tuple(trail[: len(loss)]), tuple(loss), tuple(rates), diverged
    )


def _walk(rule: Rule, settings: Any, gradient: Gradient, *, trail: Trail, rates: list[float], convention: str) -> bool:
    """Fill ``trail``; True if it left the numbers."""
    try:
        rule.form(convention).walk(settings, gradient, trail, rates)
    except (ArithmeticError, ValueError):  # what Python's floats raise beyond their range
        return True
    return False


def _losses(landscape: Landscape, trail: Trail, *, diverged: bool) -> tuple[list[float], bool]:
    """The value at each point up to the last that is finite and near."""
    found: list[float] = []
    for row in trail:
        try:
            value = landscape.value(row[0], row[1])
        except (ArithmeticError, ValueError):
            return found, True
        if not (abs(row[0]) < FAR and abs(row[1]) < FAR and math.isfinite(value)):
            return found, True
        found.append(value)
    return found, diverged


def errors(steps: int, deviation: float, seed: int) -> list[tuple[float, float]]:
    """What the batch of each step adds to the gradient: normal numbers, drawn once, so that a browser gets the same.

    A longer run of the same seed begins with the errors of the shorter one.
    """
    gauss = random.Random(seed).gauss  # noqa: S311 (a lesson, not a secret)
    return [(gauss(0.0, deviation), gauss(0.0, deviation)) for _ in range(steps)]


def noisy(gradient: Gradient, drawn: Iterable[tuple[float, float]]) -> Gradient:
    """The gradient as small batches see it: the next error is added at each call, and a walk calls once per step."""
    each = iter(drawn)

    def seen(x: float, y: float) -> tuple[float, float]:
        gx, gy = gradient(x, y)
        ex, ey = next(each)
        return gx + ex, gy + ey

    return seen


def _noting(gradient: Gradient, seen: list[tuple[float, float]]) -> Gradient:
    def noted(x: float, y: float) -> tuple[float, float]:
        found = gradient(x, y)
        seen.append(found)
        return found

    return noted


def settings_of(rule: str, values: Mapping[str, float]) -> Any:
    """The settings of ``rule`` with ``values`` in place of its defaults; raises :class:`BadRun` for others."""
    kind = RULES[rule].settings
    known = {p.name: p for p in params(kind)}
    unknown = [name for name in values if name not in known]
    if unknown:
        raise BadRun(f"{rule} has no setting {unknown[0]!r}; it has: {', '.join(known)}")
    if not all(math.isfinite(v) for v in values.values()):
        raise BadRun("a setting is a finite number")
    for name in ("momentum", "rho", "beta1", "beta2"):
        if not 0 <= values.get(name, 0.0) < 1:
            raise BadRun(f"{name} is {values[name]}; choose a value from 0 to below 1")
    return dataclasses.replace(kind(), **dict(values))
