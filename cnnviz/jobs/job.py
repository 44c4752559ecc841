"""One run as the server knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from cnnviz.jobs.snapshot import ACTIVE, Snapshot, State
from cnnviz.training.tasks.registry import Task

LOOKING = 10.0  # seconds after which one who asked for a snapshot no longer counts as a viewer


@dataclass
class Job:
    """A run in the queue, in the worker, or kept. Its scheduler's lock guards it."""

    id: str
    task: Task
    settings: Any
    state: State = "queued"
    events: list[Any] = field(default_factory=list)
    message: str = ""
    began: float | None = None
    told: list[float] = field(default_factory=list)  # when each event arrived
    ended: float | None = None
    size: int = 0  # bytes of its events as they arrived
    earlier: tuple[Any, ...] = ()  # of the finished run that this one repeats
    viewers: dict[str, float] = field(default_factory=dict)  # who -> when they last asked

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE

    def seen_by(self, who: str) -> None:
        """Note that ``who`` looks at it; those who no longer ask are forgotten."""
        now = time.monotonic()
        if who:
            self.viewers[who] = now
        for other in [name for name, last in self.viewers.items() if now - last > LOOKING]:
            del self.viewers[other]

    def tell(self, event: Any, *, size: int = 0) -> None:
        """One more event."""
        self.events.append(event)
        self.size += size
        self.told.append(time.monotonic())

    def end(self, state: State, message: str) -> None:
        """It is over, unless it was before: a cancelled run stays cancelled, whatever the worker says later."""
        if self.active:
            self.state, self.message, self.ended = state, message, time.monotonic()

    def snapshot(self, since: int, place: int) -> Snapshot:
        """What can be known about it now."""
        now = time.monotonic() if self.ended is None else self.ended
        return Snapshot(
            id=self.id,
            task=self.task.name,
            state=self.state,
            place=place,
            progress=self.events[-1].progress if self.events else 0.0,
            seconds=0.0 if self.began is None else now - self.began,
            left=self._left(),
            events=tuple(self.events[since:]),
            message=self.message,
            viewers=len(self.viewers),
            earlier=() if self.events else self.earlier,
        )

    def _left(self) -> float | None:
        """From the pace since the first event: what came before it (data, imports) comes once."""
        done: float = self.events[-1].progress - self.events[0].progress if self.events else 0.0
        if not self.active or done <= 0.0:
            return None
        whole: float = (self.told[-1] - self.told[0]) / done
        left: float = whole * (1.0 - self.events[-1].progress) - (time.monotonic() - self.told[-1])
        return max(0.0, left)
