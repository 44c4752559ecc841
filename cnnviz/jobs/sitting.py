"""One sitting of a run: from where its process starts to where it ends, is stopped, or is told to leave."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cnnviz import runs
from cnnviz.training.events import Begun, Ended, Epoch, Event, Note, Paused, Resumed, Step

if TYPE_CHECKING:
    from cnnviz.training.engine import Training

PACE = 0.25  # seconds between two steps that are told, and so until a command is heard
KEEP = 30.0  # seconds between two checkpoints where an epoch takes longer
CAP = 2 * 3600.0  # seconds of training in one sitting
CAPPED = "It had its {:.1f} hours and was stopped; you can let it go on from here."
LEFT = "The server ended; this run goes on when it is back."
RATES = ("lr", "momentum", "weight_decay")

Command = Mapping[str, Any]
Commands = Callable[[float], Command | None]  # the next one, waiting so many seconds for it


class Sitting:
    """Draws the events of a training, keeps them, and obeys between two of them.

    Commands: ``pause``, ``resume``, ``step`` (one step, then paused), ``change`` (``lr``, ``momentum``,
    ``weight_decay``), ``stop``, and ``leave``: keep a checkpoint and end, to go on in another process.
    ``stand(state, message)`` is told where the run is.
    """

    def __init__(
        self,
        training: Training,
        writer: runs.Writer,
        commands: Commands,
        *,
        stand: Callable[[str, str], None],
        cap: float,
    ) -> None:
        self._training, self._writer, self._commands, self._stand = training, writer, commands, stand
        self._cap = cap
        self._paused = self._stepping = self._stopping = self._leaving = False
        self._why = ""
        self._step = 0
        self._trained = 0.0  # seconds, without pauses
        self._kept = time.monotonic()
        self._unkept = True  # whether there is something that no checkpoint holds
        self._failing = False

    def to_the_end(self) -> tuple[str, str]:
        """Train. Returns the state that the run is left in and the sentence for it."""
        self._training.pace = PACE
        began = time.monotonic()
        for event in self._training.events():
            self._trained += time.monotonic() - began
            if isinstance(event, Ended):
                return self._end(event)
            self._take(event)
            # after an epoch comes a look at it, which would be lost with a checkpoint from before it
            if not (self._stopping or self._busy_stepping(event) or isinstance(event, Epoch)):
                self._obey()
            if self._leaving:
                return ("paused", "") if self._paused else ("interrupted", LEFT)
            began = time.monotonic()
        raise RuntimeError("the training ended without a word")

    def _take(self, event: Event) -> None:
        """Keep what happened, and a checkpoint if it is time for one."""
        self._writer.event(event)
        self._step = getattr(event, "step", self._step)
        self._unkept = True
        fresh = isinstance(event, Begun) and event.step == 0  # untrained weights can be looked into, too
        if fresh or isinstance(event, Epoch) or time.monotonic() - self._kept > KEEP:
            self._keep()
        if self._trained > self._cap and not self._stopping:
            self._why = CAPPED.format(self._cap / 3600)
            self._stop()

    def _busy_stepping(self, event: Event) -> bool:
        """Whether the one step that was asked for is still on its way."""
        if self._stepping and isinstance(event, Step):
            self._stepping = False
            self._training.pace = PACE
            self._stand("paused", "")
        return self._stepping

    def _obey(self) -> None:
        """Do what was told; while it is paused, wait for it."""
        while not (self._stepping or self._stopping or self._leaving):
            command = self._commands(PACE if self._paused else 0.0)
            if command is not None:
                self._do(command)
            elif not self._paused:
                return

    def _do(self, command: Command) -> None:
        do = command.get("do")
        if do == "pause" and not self._paused:
            self._pause()
        elif do == "resume" and self._paused:
            self._paused = False
            self._writer.event(Resumed(self._step))
            self._stand("running", "")
        elif do == "step":
            self._paused = self._stepping = True
            self._training.pace = 0.0
        elif do == "change":
            self._change({name: command[name] for name in RATES if command.get(name) is not None})
        elif do == "stop":
            self._stop()
        elif do == "leave":
            self._leaving = True
            self._keep()

    def _pause(self) -> None:
        self._paused = True
        self._writer.event(Paused(self._step))
        self._keep()
        self._stand("paused", "")

    def _change(self, rates: Mapping[str, float]) -> None:
        try:
            self._training.change(**rates)
            self._unkept = True
        except ValueError as error:  # out of range: the run goes on as it was
            self._writer.event(Note(self._step, str(error)[:140]))

    def _stop(self) -> None:
        self._stopping = True
        self._keep()
        self._training.stop()

    def _end(self, event: Ended) -> tuple[str, str]:
        if self._why and event.state == "stopped":
            event = dataclasses.replace(event, message=self._why)
        self._writer.event(event)
        return event.state, event.message

    def _keep(self) -> None:
        """Write a checkpoint; one that cannot be written, or that nobody could go on from, is none."""
        self._kept = time.monotonic()
        if not self._unkept:
            return
        try:
            self._writer.checkpoint(self._training.state())
            self._failing = self._unkept = False
        except runs.NotSaved as error:
            if not self._failing:  # one note, not one every half minute
                self._writer.event(Note(self._step, str(error)))
            self._failing = True
