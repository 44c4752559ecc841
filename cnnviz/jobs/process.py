"""The server's end of the worker process: start it, talk to it in lines, end it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any, cast

from cnnviz.paths import PACKAGE

# -P: the folder that the server was started in holds no modules of ours
MODULE = (sys.executable, "-P", "-m")
COMMAND = (*MODULE, "cnnviz.jobs.worker")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LONGEST = 4 << 20  # bytes of a message; the largest that a task sends has 150 kB


class WorkerGone(Exception):
    """The worker process has ended, whether it was killed, ran out of memory or crashed."""


Process = subprocess.Popen[bytes]


def begin(
    command: Sequence[str], *, threads: int = 1, stdout: int | None = None, settings: Mapping[str, str] | None = None
) -> Process:
    """A process that hears us through its input, knows this package and computes with so many threads.

    ``settings`` are added to its environment. Its errors go to our log. Raises :class:`OSError` if it cannot start.
    """
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(  # noqa: S603 (our own modules)
        command,
        stdin=subprocess.PIPE,
        stdout=stdout,
        start_new_session=True,  # Ctrl+C in the terminal is for the server
        env={**os.environ, **dict.fromkeys(THREADS, str(threads)), "PYTHONPATH": path, **(settings or {})},
    )


class WorkerProcess:
    """One worker process, heard and told by threads of their own: none that waits can be held up by it.

    It ends when its input is closed: with :meth:`close`, or when this process ends in whatever way. One that says what
    is no message, or nothing any more, is ended.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = begin(command, stdout=subprocess.PIPE)
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._gone = False
        threading.Thread(target=self._listen, name="cnnviz-worker-lines", daemon=True).start()
        threading.Thread(target=self._speak, name="cnnviz-worker-commands", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._gone and self._process.poll() is None

    def tell(self, **message: Any) -> None:
        """Send one message; never blocks. Raises :class:`WorkerGone`."""
        if not self.alive:
            raise WorkerGone
        self._told.put(json.dumps(message).encode() + b"\n")

    def hear(self, seconds: float) -> dict[str, Any]:
        """The next message, with its ``size`` in bytes; an empty one after ``seconds`` or when woken.

        Raises :class:`WorkerGone`.
        """
        try:
            message = self._heard.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return {}
        if message is None:
            raise WorkerGone
        return message

    def wake(self) -> None:
        """Make :meth:`hear` return at once; from another thread."""
        self._heard.put({})

    def close(self) -> None:
        """Let it end; it counts as gone from now on."""
        self._gone = True
        self._told.put(b"")

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self.close()

    def _speak(self) -> None:
        """Write what is to be told. A stopped process reads nothing, and a pipe holds less than a picture."""
        with contextlib.suppress(ValueError, OSError), self._stdin as lines:
            while line := self._told.get():
                lines.write(line)
                lines.flush()

    def _listen(self) -> None:
        with contextlib.suppress(ValueError, OSError, RecursionError), self._stdout as lines:
            while line := lines.readline(LONGEST):
                self._heard.put(_message(line))
        self._process.kill()
        self.close()
        self._heard.put(None)
        self._process.wait()


def _message(line: bytes) -> dict[str, Any]:
    """The message that a line holds, with its size; :class:`ValueError` if it holds none."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"a message is an object, not {type(message).__name__}")  # noqa: TRY004 (as json says it)
    return message | {"size": len(line)}
