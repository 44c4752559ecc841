"""The events of a run, read once for all who watch: its curves, and where it is now."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cnnviz import runs
from cnnviz.training.events import Begun, Changed, Ended, Epoch, Event, Note, Step
from cnnviz.training.verdict import Verdict, verdict

POINTS = 300  # of a curve at most: 16 bytes each travel to each browser at each look
RECENT = 12  # step events that the speed is measured over: about three seconds
JUDGED = 0.9  # seconds at least between two verdicts on a run that goes on


@dataclass(frozen=True)
class Curve:
    """Values over epochs."""

    x: list[float]
    y: list[float]


@dataclass
class Followed:
    """One run. Everyone who watches shares it, so each event is read and counted once.

    A run that goes on from a checkpoint tells :class:`Begun` again: what came after that step is forgotten.
    """

    run: str
    steps: list[Step] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    begun: Begun | None = None
    ended: Ended | None = None
    note: str = ""
    seen: int = 0
    _verdict: Verdict | None = None
    _judged: tuple[float, int] = (0.0, -1)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def update(self) -> Followed:
        """Read what is new; returns itself."""
        with self._lock:
            new = runs.events(self.run, since=self.seen)
            self.seen += len(new)
            for event in new:
                self._take(event)
        return self

    def _take(self, event: Event) -> None:
        if isinstance(event, Step):
            self.steps.append(event)
        elif isinstance(event, Epoch):
            self.epochs = [each for each in self.epochs if each.epoch != event.epoch]
            self.epochs.append(event)
        elif isinstance(event, Changed):
            self.changes.append(event)
        elif isinstance(event, Note):
            self.note = event.text
        elif isinstance(event, Ended):
            self.ended = event
        elif isinstance(event, Begun):
            self._begin(event)

    def _begin(self, event: Begun) -> None:
        self.begun, self.ended, self.note = event, None, ""
        self.steps = [each for each in self.steps if 0 < event.step >= each.step]
        self.epochs = [each for each in self.epochs if 0 < event.step >= each.step]
        self.changes = [each for each in self.changes if 0 < event.step >= each.step]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; empty before it has begun."""
        return self.begun.classes if self.begun is not None else ()

    @property
    def speed(self) -> float:
        """Images per second over the last few seconds of training."""
        if len(self.steps) < 2 or self.begun is None:
            return self.steps[-1].images_per_s if self.steps else 0.0
        first, last = self.steps[max(0, len(self.steps) - RECENT)], self.steps[-1]
        seconds = last.seconds - first.seconds
        return (last.step - first.step) * self.begun.batch / seconds if seconds > 0 else last.images_per_s

    def at(self, step: int) -> float:
        """A step in epochs."""
        return step / self.begun.steps_per_epoch if self.begun is not None else 0.0

    def train(self, what: str) -> Curve:
        """``loss`` or ``accuracy`` on training images, thinned to :data:`POINTS`."""
        return thinned([each.epoch for each in self.steps], [getattr(each, what) for each in self.steps])

    def validation(self, what: str) -> Curve:
        """``loss`` or ``accuracy`` on validation images, one point per epoch."""
        x = [float(each.epoch) for each in self.epochs]
        return thinned(x, [getattr(each, f"val_{what}") for each in self.epochs])

    def verdict(self) -> Verdict:
        """What the curves say; for a run on its way at most once a second."""
        now = time.monotonic()
        then, seen = self._judged
        if self._verdict is None or (seen != self.seen and (now - then > JUDGED or self.ended is not None)):
            told: list[Event] = [*self.steps, *self.epochs, *self.changes]
            told.sort(key=lambda each: each.step)
            ends: list[Event] = [self.ended] if self.ended is not None else []
            begins: list[Event] = [self.begun] if self.begun is not None else []
            self._verdict = verdict([*begins, *told, *ends], classes=max(2, len(self.classes)))
            self._judged = (now, self.seen)
        return self._verdict


@lru_cache(maxsize=48)
def followed(run: str) -> Followed:
    """The one :class:`Followed` of ``run``; a few hundred kilobytes for a long one."""
    return Followed(run)


def thinned(x: Sequence[float], y: Sequence[float], most: int = POINTS) -> Curve:
    """Means of 1, 2, 4, 8 … neighbours, so that at most ``most`` are left and early ones stay while it grows."""
    size = 1
    while len(x) > most * size:
        size *= 2
    if size == 1:
        return Curve(list(x), list(y))
    starts = range(0, len(x), size)
    return Curve([_mean(x[k : k + size]) for k in starts], [_mean(y[k : k + size]) for k in starts])


def _mean(values: Sequence[float]) -> float:
    total = math.fsum(values) if all(map(math.isfinite, values)) else math.nan
    return total / len(values)
