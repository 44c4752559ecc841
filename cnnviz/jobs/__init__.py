"""Long computations in a process of their own: ask for a run, see how far it is, stop it. Imports no torch.

>>> from cnnviz import jobs
>>> jobs.snapshot("0" * 16)
Traceback (most recent call last):
cnnviz.jobs.scheduler.UnknownRun: this run is no longer kept; train it again
"""

import atexit
import functools
from typing import Any

from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs.process import COMMAND, WorkerProcess
from cnnviz.jobs.recordings import recorded
from cnnviz.jobs.scheduler import Busy, Scheduler, UnknownRun
from cnnviz.jobs.snapshot import Snapshot, digest, task_of
from cnnviz.training.tasks.registry import Task

__all__ = [
    "INSPECTING",
    "SCHEDULER",
    "Busy",
    "Scheduler",
    "Snapshot",
    "UnknownRun",
    "cancel",
    "digest",
    "find",
    "recorded",
    "snapshot",
    "submit",
]

# One for the whole server: a class that presses the same button makes one run.
SCHEDULER = Scheduler()
# Looks into a network have a worker of their own: nobody who asks why waits for somebody's training.
INSPECTING = Scheduler(functools.partial(WorkerProcess, (*COMMAND, "cnnviz.inspections.registry")))
# The workers end with their input in any case, also when this process is killed; this is only sooner.
atexit.register(SCHEDULER.close)
atexit.register(INSPECTING.close)


def submit(task: Task | str, settings: Any, *, by: str = "", fresh: bool = False) -> str:
    """Ask for a run and return its id: see :meth:`Scheduler.submit`."""
    return _scheduler(task).submit(task, settings, by=by, fresh=fresh)


def find(task: Task | str, settings: Any, *, by: str = "") -> Snapshot | None:
    """The run of a task with these settings, whoever asked for it, if there is one."""
    return _scheduler(task).find(task, settings, by=by)


def snapshot(key: str, since: int = 0, *, by: str = "") -> Snapshot:
    """How far a run is, with its events from number ``since`` on. Raises :class:`UnknownRun`."""
    try:
        return INSPECTING.snapshot(key, since, by=by)
    except UnknownRun:
        return SCHEDULER.snapshot(key, since, by=by)


def cancel(key: str, *, by: str = "") -> bool:
    """Stop a run, waiting or running; False if others look at it, and it goes on for them."""
    return INSPECTING.cancel(key, by=by) and SCHEDULER.cancel(key, by=by)


def _scheduler(task: Task | str) -> Scheduler:
    return INSPECTING if task_of(task).name in INSPECTIONS else SCHEDULER
