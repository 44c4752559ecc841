"""The process in which trainings run: ``python -m cnnviz.jobs.worker``.

It reads one command per line, ``{"do": "run", "run": 7, "task": …, "settings": {…}}`` or ``{"do": "stop", "run": 7}``,
and writes one line per event and one at the end of a run. JSON in Python's dialect: NaN and Infinity are numbers that
a training may well have. Only what a task's dataclasses hold crosses the border. When its input ends, so does it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from cnnviz.training.tasks.registry import TASKS, Task

NICE = 10  # the pages of the class come first
LOST = "It stopped with an error; the server's log has the details."


class Worker:
    """Runs one task after the other; a second thread listens, so that a stop is heard while a task runs."""

    def __init__(self, tasks: Mapping[str, Task], outbox: TextIO) -> None:
        self._tasks = tasks
        self._outbox = outbox
        self._commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._stopped: set[int] = set()

    def listen(self, lines: Iterable[str]) -> None:
        """Take commands until the server is gone; then end, whatever still computes."""
        with contextlib.suppress(ValueError, OSError):
            for line in lines:
                command = json.loads(line)
                if command["do"] == "stop":
                    self._stopped.add(command["run"])
                else:
                    self._commands.put(command)
        os._exit(0)

    def work(self) -> None:
        """Run what was asked for, for ever."""
        while True:
            command = self._commands.get()
            run = command["run"]
            try:
                end, message = self._run(command), ""
            except Exception as error:  # noqa: BLE001 (whatever a task does, the next one must run)
                end, message = "failed", sentence(error)
                if message == LOST:
                    traceback.print_exc()
            self._stopped.discard(run)
            self._tell(run, end=end, message=message)

    def _run(self, command: Mapping[str, Any]) -> str:
        from cnnviz.jobs.driving import drive

        task, run = self._tasks[command["task"]], command["run"]
        if run in self._stopped:
            return "cancelled"
        events = drive(task, task.rebuilt(command["settings"]))
        self._tell(run, started=True)
        with contextlib.closing(events):
            for event in events:
                self._tell(run, event={field.name: getattr(event, field.name) for field in dataclasses.fields(event)})
                if run in self._stopped:
                    return "cancelled"
        return "done"

    def _tell(self, run: int, **message: Any) -> None:
        self._outbox.write(json.dumps({"run": run, **message}) + "\n")
        self._outbox.flush()


def sentence(error: BaseException) -> str:
    """What a user is told about it: our own errors are sentences, the others belong in the log."""
    return str(error)[:140] if type(error).__module__.startswith("cnnviz.") else LOST


def give_way() -> None:
    """Compute only what the pages of the class leave over."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def private_lines() -> tuple[TextIO, TextIO]:
    """The two ends of the conversation, moved to where no task can read or print: what is printed goes to the log."""
    inbox, outbox = os.dup(0), os.dup(1)
    with open(os.devnull) as nothing:  # noqa: PTH123 (a descriptor is wanted)
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return os.fdopen(inbox, encoding="utf-8"), os.fdopen(outbox, "w", encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Serve until the input ends. The one argument there may be is a module with other ``TASKS``."""
    inbox, outbox = private_lines()
    give_way()
    tasks = importlib.import_module(arguments[0]).TASKS if arguments else TASKS
    worker = Worker(tasks, outbox)
    threading.Thread(target=worker.listen, args=(inbox,), daemon=True).start()
    from cnnviz.jobs.driving import prepare

    prepare(optimizers=tasks is TASKS)
    worker.work()


if __name__ == "__main__":
    main(sys.argv[1:])
