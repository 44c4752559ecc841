"""What the queue of live trainings does by itself: give runs their turn, see how they are, and what became of them."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from cnnviz import runs
from cnnviz.jobs import resting
from cnnviz.jobs.entry import Entry
from cnnviz.jobs.executor import Executor
from cnnviz.jobs.turns import Turns

TICK = 0.1  # seconds between two looks at what trains
FAR = 2.0  # seconds between two looks at what another process trains
PARK = 30.0  # seconds after which a paused run gives its place to one that waits
IDLE = 600.0  # seconds after which it gives its memory back in any case
DEAF = "It did not answer and was ended; its last checkpoint is kept."
NOT_STARTED = "The training process did not start; the server's log has the details."


class Minding(ABC):
    """Runs that wait or are on their way, and the thread that looks after them while there are any."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}  # what waits or is on its way
        self._turns = Turns()
        self._elsewhere: set[str] = set()  # runs of this folder that another process trains
        self._later: dict[str, dict[str, Any]] = {}  # changes of the rate for runs that rest in a pause
        self._thread: threading.Thread | None = None
        self._recovered = self._closed = False

    @abstractmethod
    def tell(self, run: str, command: Mapping[str, Any]) -> None:
        """What a run is told when its process has left; see :class:`cnnviz.jobs.training.Queue`."""

    def _enter(self, entry: Entry, *, stand: bool = False) -> None:
        """Put a run into the queue; with ``stand``, its folder says so too."""
        if stand:
            runs.stand(entry.run, "queued")
        later = self._later.pop(entry.run, None)
        if later:
            entry.pending.insert(0, later)
        self._elsewhere.discard(entry.run)
        self._entries[entry.run] = entry
        self._turns.add(entry.run, entry.by)
        self._wake()

    def _wake(self) -> None:
        self._changed.notify_all()
        if self._thread is None and (self._entries or self._elsewhere):
            self._thread = threading.Thread(target=self._serve, name="cnnviz-training", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        """Look after all runs until there is none."""
        far = 0.0
        with self._changed:
            while self._entries or self._elsewhere:
                for entry in self._live():
                    _safely(self._look_after, entry)
                _safely(self._launch)
                if time.monotonic() > far:
                    _safely(self._look_elsewhere)
                    far = time.monotonic() + FAR
                self._changed.wait(TICK if self._entries else FAR)
            self._thread = None

    def _live(self) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.handle is not None]

    def _look_after(self, entry: Entry) -> None:
        """See how a run in a process is; what hangs is ended, what pauses for long gives its place away."""
        entry.look()
        if not entry.alive:
            self._over(entry)
        elif entry.overdue:
            entry.kill()
        elif not entry.leaving and entry.paused_for() > self._patience(entry.by):
            entry.leave()

    def _patience(self, by: str) -> float:
        """Seconds that a paused run of ``by`` may keep its place."""
        waiting = [entry.by for entry in self._entries.values() if entry.handle is None]
        if by and by in waiting:
            return 0.0
        return PARK if waiting and len(self._live()) >= self._used().places else IDLE

    def _over(self, entry: Entry) -> None:
        """Its process has ended: what became of the run?"""
        del self._entries[entry.run]
        if self._closed:
            return
        entry.look(anew=True)
        if entry.state in {"queued", "running"}:
            if runs.locked(entry.run):  # another server was faster
                self._elsewhere.add(entry.run)
                return
            entry.state = "stopped" if entry.killed else "interrupted"
            runs.stand(entry.run, entry.state, DEAF if entry.killed else resting.GONE)
        resumed = entry.leaving and entry.state == "interrupted"  # just before it was told to leave
        if (entry.again or resumed) and entry.state in resting.GOES_ON:
            self._enter(Entry(entry.run, entry.by, entry.config), stand=True)
        for command in entry.afterwards:
            _safely(self.tell, entry.run, command)

    def _launch(self) -> None:
        """Fill the places."""
        while not self._closed and len(live := self._live()) < self._used().places:
            run = self._turns.take({entry.by for entry in live if entry.by})
            if run is None:
                return
            self._begin(self._entries[run])

    def _begin(self, entry: Entry) -> None:
        """Give a run its process, unless another server was faster."""
        try:
            if runs.locked(entry.run) or not entry.still_waits():
                self._elsewhere.add(entry.run)
            else:
                entry.begin(self._used().launch(runs.folder(entry.run)))
        except Exception:  # the next run must have its turn
            logging.getLogger("cnnviz").exception("run %s could not be started", entry.run)
            _safely(runs.stand, entry.run, "failed", NOT_STARTED)
        if entry.handle is None:
            del self._entries[entry.run]

    def _look_elsewhere(self) -> None:
        """Take over what another process left in the middle; forget what it ended."""
        for run in list(self._elsewhere):
            _safely(self._look_there, run)

    def _look_there(self, run: str) -> None:
        self._elsewhere.discard(run)
        if runs.locked(run):
            self._elsewhere.add(run)
        elif resting.is_left(run):
            self._enter(Entry(run, *resting.owner(run)), stand=True)

    def _used(self) -> Executor:
        if self._executor is None:
            from cnnviz.jobs.local import LocalExecutor

            self._executor = LocalExecutor()
        return self._executor


def _safely(do: Callable[..., None], *arguments: Any) -> None:
    """One run's trouble, such as a deleted folder, is not that of the others."""
    try:
        do(*arguments)
    except Exception:
        logging.getLogger("cnnviz").exception("the queue of trainings")
