"""A training's curves as the rules of :mod:`cnnviz.training.verdict` see them: what was undone left out, smoothed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.training.events import Begun, Ended, Epoch, Event, Step

WINDOW = 8  # step events that are averaged: two seconds of a training that tells four a second


@dataclass(frozen=True)
class Curves:
    """A training so far. ``batch`` and ``planned`` (epochs) are 0 where they are not known."""

    steps: tuple[Step, ...]
    epochs: tuple[Epoch, ...]
    classes: int
    batch: int
    planned: int
    ended: Ended | None

    @property
    def guess(self) -> float:
        """The loss of guessing, ln C."""
        return math.log(self.classes)

    @property
    def seen(self) -> float:
        """Passes over the training images so far."""
        return max(self.steps[-1].epoch if self.steps else 0.0, self.epochs[-1].epoch if self.epochs else 0.0)

    @property
    def count(self) -> int:
        """Steps so far."""
        return max([each.step for each in self.steps[-1:]] + [each.step for each in self.epochs[-1:]], default=0)

    @property
    def late(self) -> bool:
        """Whether something should have happened: half an epoch and 100 steps (10 at a rate below 0.001), or done."""
        enough = self.count >= (100 if self.peak >= 1e-3 else 10)
        return (self.seen >= 0.5 and enough) or (self.ended is not None and self.ended.state == "done")

    @property
    def loss(self) -> float:
        """The training loss of late."""
        return self.smooth(0) if self.steps else self.epochs[-1].loss

    @property
    def lr(self) -> float:
        """The learning rate at the end of what is seen."""
        return self.steps[-1].lr if self.steps else self.epochs[-1].lr

    @property
    def peak(self) -> float:
        """The largest learning rate so far."""
        return max([step.lr for step in self.steps] + [epoch.lr for epoch in self.epochs])

    def smooth(self, back: int) -> float:
        """Mean loss of a window of step events, ``back`` windows ago."""
        stop = len(self.steps) - back * WINDOW
        return _mean([step.loss for step in self.steps[max(stop - WINDOW, 0) : max(stop, 1)]])

    @property
    def at_guessing(self) -> bool:
        """Whether the last two windows (or epochs) lie near ln C (-1 to 2 %), the accuracy 1/C (3 points)."""
        losses = [self.smooth(0), self.smooth(1)] if self.steps else [each.loss for each in self.epochs[-2:]]
        shares = [step.accuracy for step in self.steps[-WINDOW:]] or [each.accuracy for each in self.epochs[-2:]]
        near = all(-0.01 < loss / self.guess - 1 < 0.02 for loss in losses)
        return near and abs(_mean(shares) - 1 / self.classes) < 0.03

    @property
    def moves(self) -> bool:
        """Whether the last window lies 0.5 % below ln C, and 0.3 % of it below the first."""
        first = [step.loss for step in self.steps[:WINDOW]]
        return bool(first) and _mean(first) - self.loss > 0.003 * self.guess and self.loss < 0.995 * self.guess

    @property
    def rising_since(self) -> int | None:
        """The epoch since which the validation loss rises while the training loss falls, if it does.

        The lowest validation loss is at least two epochs old, the mean of the last two lies 5 % above it, and the
        training loss has fallen by 3 % since, below 0.9 ln C.
        """
        if len(self.epochs) < 3:
            return None
        *_, before, last = self.epochs
        best = min(self.epochs, key=lambda each: each.val_loss)
        rises = (before.val_loss + last.val_loss) / 2 > 1.05 * best.val_loss
        falls = last.loss < min(0.97 * best.loss, 0.9 * self.guess)
        return best.epoch if best.epoch <= last.epoch - 2 and rises and falls else None


def curves_of(events: Sequence[Event], *, classes: int) -> Curves:
    """The steps and epochs of ``events``; one that begins again at a step undoes what was told after that step."""
    steps: list[Step] = []
    epochs: list[Epoch] = []
    batch, planned, ended = 0, 0, None
    for event in events:
        if isinstance(event, Begun):
            steps = [each for each in steps if each.step <= event.step]
            epochs = [each for each in epochs if each.step <= event.step]
            batch, planned, ended = event.batch, event.epochs, None
        elif isinstance(event, Step):
            steps.append(event)
        elif isinstance(event, Epoch):
            epochs.append(event)
        elif isinstance(event, Ended):
            ended = event
    return Curves(tuple(steps), tuple(epochs), max(classes, 2), batch, planned, ended)


def roughness(values: Sequence[float]) -> float:
    """Mean distance of neighbours."""
    return _mean([abs(b - a) for a, b in itertools.pairwise(values)])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
