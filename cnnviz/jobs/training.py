"""Live trainings: ask for a run, tell it what to do, ask where it is. Imports no torch.

A run is a folder (:mod:`cnnviz.runs`); this is the queue before the processes that train. What waits or trains is in
memory, everything else on disk, so that a run is found again after the server was killed.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from typing import Any

from cnnviz import runs
from cnnviz.jobs import resting
from cnnviz.jobs.commands import BadCommand, checked
from cnnviz.jobs.entry import ACTIVE, Entry, Standing
from cnnviz.jobs.executor import Executor
from cnnviz.jobs.minding import Minding
from cnnviz.jobs.scheduler import Busy
from cnnviz.training.config import Config

WAITING = 128  # runs that may wait in all
OWN = 2  # runs that one viewer may have on the way: one trains, one waits
TAKEN_OUT = "It was taken out of the queue."
ELSEWHERE = "another process trains this run; tell it there"


class Queue(Minding):
    """Trains runs, fairly between viewers, in as many processes as its executor has places; for any thread.

    Whoever asks again for what they have in the queue or in training gets the same run.
    """

    def use(self, executor: Executor) -> None:
        """Start runs with ``executor`` from now on; those on their way stay where they are."""
        with self._changed:
            self._executor = executor
            self._changed.notify_all()

    def start(self, config: Config, *, by: str, label: str = "") -> str:
        """Ask for a run and return its id; ``by`` names who asks.

        Raises :class:`Busy`, or BadRun if there is no room for another folder: both are one sentence.
        """
        with self._changed:
            self.recover()
            for entry in self._entries.values():
                if entry.by == by and entry.config == config and entry.wanted and entry.state != "paused":
                    return entry.run
            self._refuse(by)
            run = runs.create(config, label=label, by=by)
            self._enter(Entry(run, by, config))
            return run

    def go_on(self, run: str, *, by: str) -> str:
        """Continue a stopped, failed, interrupted or paused run from its last checkpoint; returns its id.

        Raises:
            Busy: no room. BadCommand: it is over for good, or another process trains it. BadRun: there is none.
        """
        with self._changed:
            self.recover()
            entry = self._entries.get(run)
            if entry is None:
                config = resting.continued(run)
                self._refuse(by)
                self._enter(Entry(run, by, config), stand=True)
            elif entry.state not in ACTIVE or not entry.wanted:  # its process is about to end
                resting.may_go_on("stopped" if entry.state in ACTIVE else entry.state)
                entry.again = True
            elif entry.state == "paused":
                entry.obey({"do": "resume"})
            return run

    def tell(self, run: str, command: Mapping[str, Any]) -> None:
        """``pause``, ``resume``, ``step``, ``stop`` or ``change`` (``lr``, ``momentum``, ``weight_decay``).

        A run that is over ignores it. Raises :class:`BadCommand`, :class:`Busy`, BadConfig or BadRun.
        """
        command = checked(command)
        with self._changed:
            self.recover()
            entry = self._entries.get(run)
            if entry is None:
                self._tell_resting(run, command)
            elif entry.handle is None:
                self._tell_waiting(entry, command)
            else:
                entry.obey(command)
            self._changed.notify_all()

    def standing(self, run: str) -> Standing:
        """Where a run is: from memory while it is on its way, else from disk. Raises BadRun if there is none."""
        with self._changed:
            self.recover()
            if run in self._entries:
                return self._entries[run].standing(self._turns.place(run))
        return resting.standing(run)

    def recover(self) -> None:
        """Take up what an earlier server left: once, when the queue is first used.

        Runs that were in training come first, then those that waited, each in the order of their creation. Paused
        ones stay paused until they are told to go on.
        """
        with self._changed:
            if self._recovered:
                return
            self._recovered = True
            for run, by, config in resting.left_behind():
                if runs.locked(run):
                    self._elsewhere.add(run)
                else:
                    self._enter(Entry(run, by, config), stand=True)
            self._wake()

    def close(self) -> None:
        """Let all processes keep a checkpoint and end; the next server goes on with what they did."""
        with self._changed:
            self._closed = True
            if self._executor is not None:
                self._executor.close()

    def _refuse(self, by: str) -> None:
        """Raise :class:`Busy` if there is no room for one more run, in all or for ``by``."""
        if len(self._turns) >= WAITING:
            raise Busy(f"{WAITING} trainings wait already; try again in some minutes.")
        if by and sum(entry.by == by and entry.wanted for entry in self._entries.values()) >= OWN:
            raise Busy("Two of your trainings are on the way; wait for one, or stop it.")

    def _tell_waiting(self, entry: Entry, command: Mapping[str, Any]) -> None:
        """Out of the queue it needs no process: stopped or paused at once."""
        states = {"stop": ("stopped", TAKEN_OUT), "pause": ("paused", "")}
        if command["do"] not in states:
            entry.pending.append(command)
            return
        runs.stand(entry.run, *states[command["do"]])
        self._turns.remove(entry.run)
        del self._entries[entry.run]

    def _tell_resting(self, run: str, command: Mapping[str, Any]) -> None:
        """A run without a process: if it is paused, it may go on."""
        now = resting.standing(run)
        if now.active and runs.locked(run):
            raise BadCommand(ELSEWHERE)
        if now.state != "paused":
            return
        if command["do"] == "change":
            self._later[run] = {**self._later.get(run, {}), **command}
        elif command["do"] == "stop":
            runs.stand(run, "stopped")
        elif command["do"] != "pause":
            by, config = resting.owner(run)
            self._refuse(by)
            self._enter(Entry(run, by, config, pending=[command]), stand=True)


# One for the whole server.
QUEUE = Queue()
start = QUEUE.start
tell = QUEUE.tell
standing = QUEUE.standing
go_on = QUEUE.go_on
use = QUEUE.use
recover = QUEUE.recover
# The workers end with their input in any case, also when this process is killed; this is only sooner.
atexit.register(QUEUE.close)
