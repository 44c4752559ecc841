"""A training as its events tell it: one row of numbers per look, one surface per moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.training.tasks.overfit import Overfitted

Series = tuple[float, ...]


@dataclass(frozen=True)
class Run:
    """Everything that was measured so far; the looks are ``step`` apart evenly, ``moments`` index them."""

    step: tuple[int, ...]
    train: Series
    validation: Series
    test: Series
    train_right: Series
    validation_right: Series
    test_right: Series
    norm: Series
    surfaces: tuple[str, ...]
    moments: tuple[int, ...]
    best: int

    @property
    def every(self) -> int:
        """Steps from one look to the next."""
        return self.step[1] - self.step[0] if len(self.step) > 1 else 1


def run_of(events: Sequence[Overfitted]) -> Run:
    """Join the events of a run; there is at least one."""
    step = tuple(value for event in events for value in event.step)
    ends = [sum(len(event.step) for event in events[: k + 1]) - 1 for k in range(len(events))]

    def joined(name: str) -> Series:
        return tuple(value for event in events for value in getattr(event, name))

    return Run(
        step=step,
        train=joined("train"),
        validation=joined("validation"),
        test=joined("test"),
        train_right=joined("train_right"),
        validation_right=joined("validation_right"),
        test_right=joined("test_right"),
        norm=joined("norm"),
        surfaces=tuple(event.surface for event in events),
        moments=tuple(ends),
        best=step.index(events[-1].best),
    )
