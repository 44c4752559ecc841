"""One run as the queue knows it while it waits or is on its way, and what can be told about any run."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz import runs
from cnnviz.jobs.executor import Handle
from cnnviz.training.config import Config

STOPPING = 60.0  # seconds in which a run must have obeyed a stop: it may be in the middle of a long step
ACTIVE = ("queued", "running", "paused")


@dataclass(frozen=True)
class Standing:
    """Where a run is now.

    ``state`` is one of :data:`cnnviz.runs.STATES`. ``place`` counts from 1 in the queue and is 0 outside it.
    ``message`` is the one sentence for a run that did not end well. ``pid`` is its process on this machine, if any.
    """

    state: str
    place: int = 0
    message: str = ""
    pid: int | None = None

    @property
    def active(self) -> bool:
        """Whether it waits, runs or pauses."""
        return self.state in ACTIVE


@dataclass
class Entry:
    """A run in the queue or in a process. The queue's lock guards it."""

    run: str
    by: str
    config: Config
    state: str = "queued"
    message: str = ""
    handle: Handle | None = None
    pending: list[Mapping[str, Any]] = field(default_factory=list)  # commands for when it has a process
    leaving: bool = False  # told to give its place to others
    afterwards: list[Mapping[str, Any]] = field(default_factory=list)  # what it was told after that
    again: bool = False  # wanted again before its process has ended
    killed: bool = False
    _deadline: float = math.inf  # when it is killed if it has not stopped
    _stamp: tuple[int, int] = (0, 0)
    _since: float = 0.0

    @property
    def wanted(self) -> bool:
        """Whether it counts as on the way: nobody stopped it, and it is not about to rest."""
        return not self.leaving and self._deadline == math.inf

    @property
    def alive(self) -> bool:
        """Whether a process works on it."""
        return self.handle is not None and self.handle.alive

    @property
    def overdue(self) -> bool:
        """Whether it should have stopped long ago."""
        return time.monotonic() > self._deadline

    def begin(self, handle: Handle) -> None:
        """It has a process from now on."""
        self.handle, self.state = handle, "running"
        for command in self.pending:
            self.obey(command)
        self.pending.clear()

    def obey(self, command: Mapping[str, Any]) -> None:
        """Pass a command on; one that leaves hears it no more, and is told when it is gone."""
        if self.handle is None or self.leaving:
            self.afterwards.append(command)
            return
        if command["do"] == "stop":
            self._deadline = min(self._deadline, time.monotonic() + STOPPING)
        self.handle.tell(command)

    def kill(self) -> None:
        """End its process now."""
        if self.handle is not None:
            self.handle.kill()
        self.killed = True

    def leave(self) -> None:
        """Let it keep a checkpoint and end; a run that is paused stays so."""
        if self.handle is not None:
            self.handle.tell({"do": "leave"})
        self.leaving = True

    def look(self, *, anew: bool = False) -> None:
        """Read where its process says that it is, if that changed. What cannot be read now is read at the next look."""
        with contextlib.suppress(OSError, runs.BadRun):
            now = runs.stamp(self.run)
            if now != self._stamp or anew:
                state, self.message = runs.standing(self.run)
                if state != self.state:
                    self.state, self._since = state, time.monotonic()
                self._stamp = now

    def still_waits(self) -> bool:
        """Whether its folder says so too: another server may have taken it."""
        self.look(anew=True)
        return self.state == "queued"

    def paused_for(self) -> float:
        """Seconds since it was paused; 0 if it is not."""
        return time.monotonic() - self._since if self.state == "paused" else 0.0

    def standing(self, place: int) -> Standing:
        """What can be told about it."""
        return Standing(self.state, place, self.message, getattr(self.handle, "pid", None))
