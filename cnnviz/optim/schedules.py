"""Learning-rate schedules: a factor on the rate at each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi


@dataclass(frozen=True)
class Schedule:
    """``factor(progress)`` for progress from 0 (first step) to below 1 (last); ``formula`` is LaTeX with p for it."""

    name: str
    title: str
    summary: str
    formula: str
    factor: Callable[[float], float]
    code: str = "1.0"  # the same as a line of Python

    def rates(self, lr: float, steps: int) -> list[float]:
        """The learning rate of each step."""
        return [lr * self.factor(k / steps) for k in range(steps)]


WARM = 0.1
SCHEDULES: dict[str, Schedule] = {
    s.name: s
    for s in (
        Schedule("constant", "Constant", "The same rate at every step.", "1", lambda _: 1.0),
        Schedule(
            "step",
            "Step",
            "A tenth after half, a hundredth after three quarters.",
            r"10^{-[p \ge 1/2] - [p \ge 3/4]}",
            lambda p: 1.0 if p < 0.5 else 0.1 if p < 0.75 else 0.01,
            "1.0 if p < 0.5 else 0.1 if p < 0.75 else 0.01",
        ),
        Schedule(
            "cosine",
            "Cosine",
            "Half a cosine from the full rate to zero.",
            r"\tfrac12 (1 + \cos \pi p)",
            lambda p: 0.5 * (1 + cos(pi * p)),
            "0.5 * (1 + math.cos(math.pi * p))",
        ),
        Schedule("linear", "Linear", "Straight to zero.", "1 - p", lambda p: 1.0 - p, "1.0 - p"),
        Schedule(
            "warmup",
            "Warm-up, then cosine",
            "A tenth of the steps to get there, then half a cosine.",
            r"\min(p / 0.1,\ \tfrac12 (1 + \cos \pi \tfrac{p - 0.1}{0.9}))",
            lambda p: (p + 1e-3) / (WARM + 1e-3) if p < WARM else 0.5 * (1 + cos(pi * (p - WARM) / (1 - WARM))),
            "(p + 1e-3) / 0.101 if p < 0.1 else 0.5 * (1 + math.cos(math.pi * (p - 0.1) / 0.9))",
        ),
    )
}
