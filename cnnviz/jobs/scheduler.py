"""Who runs when: one worker, a queue before it, and the last finished runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cnnviz.jobs.following import follow
from cnnviz.jobs.job import Job
from cnnviz.jobs.process import WorkerProcess
from cnnviz.jobs.snapshot import Snapshot, digest, task_of
from cnnviz.training.tasks.registry import Task

WAITING = 128  # runs that may wait: a class that presses at once has its places, first come, first served
KEPT, KEPT_BYTES = 32, 64 << 20  # finished runs: up to 15 MB of events where each carries a whole map
OWN = 2  # runs that one viewer may have waiting or running
IDLE = 300.0  # seconds after which a worker with nothing to do ends and gives back its memory


class Busy(ValueError):
    """There is no room for another run. The message is one sentence that tells when there is."""


class UnknownRun(KeyError):
    """A run that was never asked for, or was dropped to make room for others."""

    def __str__(self) -> str:
        return "this run is no longer kept; train it again"


class Scheduler:
    """Runs tasks in one worker process, first come, first served; safe to call from any thread.

    A run belongs to its task and settings, not to who asked: the same request joins the run that waits, runs or is
    done. The worker starts with the first run and ends after ``idle`` seconds without one.
    """

    def __init__(self, start: Callable[[], WorkerProcess] = WorkerProcess, *, idle: float = IDLE) -> None:
        self._start = start
        self._idle = idle
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}  # in the order of use: the first is dropped first
        self._waiting: list[Job] = []
        self._current: Job | None = None
        self._worker: WorkerProcess | None = None
        self._thread: threading.Thread | None = None

    def submit(self, task: Task | str, settings: Any, *, by: str = "", fresh: bool = False) -> str:
        """Ask for a run and return its id. With ``fresh``, a run that is done is run again.

        ``by`` names who asks: nobody may have more than two runs on the way.

        Raises:
            BadSettings: settings out of range. Busy: the queue is full, or has two of yours. Both are one sentence.
        """
        task = task_of(task)
        key = digest(task, task.rebuilt(task.told(settings)))
        with self._changed:
            job = self._jobs.get(key)
            if job is None or not (job.active or (job.state == "done" and not fresh)):
                self._refuse(by)
                job = Job(key, task, settings, earlier=tuple(job.events) if job and job.state == "done" else ())
                self._waiting.append(job)
            job.seen_by(by)
            self._use(job)
            self._wake()
        return key

    def snapshot(self, key: str, since: int = 0, *, by: str = "") -> Snapshot:
        """How far a run is, with its events from number ``since`` on. Raises :class:`UnknownRun`."""
        with self._changed:
            if key not in self._jobs:
                raise UnknownRun(key)
            job = self._jobs[key]
            job.seen_by(by)
            return job.snapshot(since, self._waiting.index(job) + 1 if job in self._waiting else 0)

    def find(self, task: Task | str, settings: Any, *, by: str = "") -> Snapshot | None:
        """The run of a task with these settings, whoever asked for it, if there is one."""
        try:
            return self.snapshot(digest(task_of(task), settings), by=by)
        except UnknownRun:
            return None

    def cancel(self, key: str, *, by: str = "") -> bool:
        """Stop a run, waiting or running; False if others look at it, and it goes on for them."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None or not job.active:
                return True
            job.viewers.pop(by, None)
            job.seen_by("")
            if by and job.viewers:
                return False
            job.end("cancelled", job.task.words.stopped)
            if job in self._waiting:
                self._waiting.remove(job)
            elif self._worker is not None:
                self._worker.wake()
            return True

    def close(self) -> None:
        """Drop all runs and let the worker end."""
        with self._changed:
            for job in [*self._waiting, *([self._current] if self._current else [])]:
                job.end("cancelled", "The server ended.")
            self._waiting.clear()
            if self._worker is not None:
                self._worker.close()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker, if one runs."""
        worker = self._worker
        return worker.pid if worker is not None and worker.alive else None

    def _refuse(self, by: str) -> None:
        """Raise :class:`Busy` if there is no room for one more run, in all or for ``by``."""
        if len(self._waiting) >= WAITING:
            raise Busy(f"{WAITING} trainings wait already; try again in a minute.")
        on_the_way = [*self._waiting, *([self._current] if self._current else [])]
        if by and sum(by in job.viewers and job.active for job in on_the_way) >= OWN:
            raise Busy("Two of your trainings are on the way; wait for one, or cancel it.")

    def _use(self, job: Job) -> None:
        """Put ``job`` last in the order of use, and drop what is over and was used least recently."""
        self._jobs.pop(job.id, None)
        self._jobs[job.id] = job
        over = [kept for kept in self._jobs.values() if not kept.active]
        size = sum(kept.size for kept in over)
        for number, kept in enumerate(over):
            if len(over) - number <= KEPT and size <= KEPT_BYTES:
                return
            size -= kept.size
            del self._jobs[kept.id]

    def _wake(self) -> None:
        self._changed.notify_all()
        if self._waiting and self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="cnnviz-jobs", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            state, message = follow(job, self._ready, self._changed)
            with self._changed:
                job.end(state, message)
                self._current = None

    def _next(self) -> Job | None:
        """The run whose turn it is; nothing, and no worker either, after a long quiet time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, timeout=self._idle)
            if self._waiting:
                self._current = self._waiting.pop(0)
                return self._current
            if self._worker is not None:
                self._worker.close()
            self._worker = self._thread = None
            return None

    def _ready(self) -> WorkerProcess:
        """A worker that runs: the last one, or a new one."""
        if self._worker is None or not self._worker.alive:
            self._worker = self._start()
        return self._worker
