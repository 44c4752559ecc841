"""What can be known about a run: its key, and how far it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.training.tasks.registry import TASKS, Task

State = Literal["queued", "running", "done", "cancelled", "failed"]
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment.

    ``place`` counts from 1 in the queue and is 0 outside it. ``progress`` is 0…1; ``seconds`` counts since the run
    began, not since it was asked for; ``left`` is how many more it will take, once two events tell. ``events`` are
    those since the number asked for. ``message`` is the one sentence of a run that failed or was cancelled.
    ``viewers`` is how many look at it; ``date`` is set for a recording. ``earlier`` holds the events of the finished
    run that this one repeats, until it has some of its own.
    """

    id: str
    task: str
    state: State
    place: int = 0
    progress: float = 0.0
    seconds: float = 0.0
    left: float | None = None
    events: tuple[Any, ...] = ()
    message: str = ""
    viewers: int = 0
    date: str = ""
    earlier: tuple[Any, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE


def task_of(task: Task | str) -> Task:
    """A small training or an inspection by its name, or itself."""
    if not isinstance(task, str):
        return task
    return INSPECTIONS[task] if task in INSPECTIONS else TASKS[task]


def digest(task: Task, settings: Any) -> str:
    """The key of a run: who asks for the same task with the same settings asks for the same run."""
    told = json.dumps([task.name, task.told(settings)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
