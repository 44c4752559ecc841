"""Follow one run in the worker: collect its events, stop it when told, end what hangs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from cnnviz.jobs.job import Job
from cnnviz.jobs.process import WorkerGone, WorkerProcess
from cnnviz.jobs.snapshot import State

STARTING = 90.0  # seconds in which a new worker must have imported torch and begun, on a busy machine
GRACE = 0.4  # seconds in which a worker must answer to a stop: whoever stops it has the core back within half a second
EVENTS = 2000
GONE = "The process that computed it ended unexpectedly; start it again."
LOST = "The process that computes it did not start; the server's log has the details."

_numbers = count()


def follow(job: Job, ready: Callable[[], WorkerProcess], lock: threading.Condition) -> tuple[State, str]:
    """Run ``job`` in the worker that ``ready`` gives, until it is over.

    Returns how it ended, and the sentence for it if it did not end well. Nothing that a worker does is raised.
    """
    worker = None
    try:
        worker = ready()
        return _Following(job, worker, lock).to_the_end()
    except WorkerGone:
        sentence = GONE
    except Exception:  # the next run must have its turn
        logging.getLogger("cnnviz").exception("following %s failed", job.task.name)
        sentence = LOST if worker is None else GONE
    if worker is not None:
        worker.kill()
    return "failed", sentence


class _Following:
    """One run on its way; ``deadline`` is when the worker is killed if it stays silent."""

    def __init__(self, job: Job, worker: WorkerProcess, lock: threading.Condition) -> None:
        self._job, self._worker, self._lock = job, worker, lock
        self._run = next(_numbers)
        self._deadline = time.monotonic() + STARTING
        self._begun = self._stopping = False

    def to_the_end(self) -> tuple[State, str]:
        job = self._job
        self._worker.tell(do="run", run=self._run, task=job.task.name, settings=job.task.told(job.settings))
        while True:
            if not job.active and not self._stopping:
                self._stop()
            message = self._worker.hear(self._deadline - time.monotonic())
            if message.get("run") == self._run:
                if "end" in message:
                    return message["end"], message["message"]
                self._take(message)
            if time.monotonic() >= self._deadline:
                self._worker.kill()
                return "failed", f"It took longer than {job.task.seconds:.0f} s and was stopped."

    def _stop(self) -> None:
        self._stopping = True
        self._worker.tell(do="stop", run=self._run)
        if self._begun:  # one that still imports torch does so for the next run
            self._deadline = time.monotonic() + GRACE

    def _take(self, message: Mapping[str, Any]) -> None:
        """What a message of a run that goes on changes."""
        now = time.monotonic()
        if "started" in message:
            self._begun = True
            self._deadline = now + (GRACE if self._stopping else self._job.task.seconds)
        with self._lock:
            if not self._job.active:
                return
            if "started" in message:
                self._job.state, self._job.began = "running", now
            elif len(self._job.events) < EVENTS:
                self._job.tell(self._job.task.event_of(message["event"]), size=message["size"])
