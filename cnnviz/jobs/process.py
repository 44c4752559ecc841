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
    """One worker process. Its messages are read by a thread of their own, so that waiting for one can be limited.

    It ends when its input is closed: with :meth:`close`, or when this process ends in whatever way.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = begin(command, stdout=subprocess.PIPE)
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._gone = False
        threading.Thread(target=self._listen, name="cnnviz-worker-lines", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._gone and self._process.poll() is None

    def tell(self, **message: Any) -> None:
        """Send one message; raises :class:`WorkerGone`."""
        try:
            self._stdin.write(json.dumps(message).encode() + b"\n")
            self._stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerGone from error

    def hear(self, seconds: float) -> dict[str, Any]:
        """The next message; an empty one after ``seconds`` or when woken. Raises :class:`WorkerGone`."""
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
        with contextlib.suppress(OSError):
            self._stdin.close()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self.close()

    def _listen(self) -> None:
        with contextlib.suppress(ValueError, OSError), self._stdout as lines:
            for line in lines:
                self._heard.put(json.loads(line))
        self._gone = True
        self._heard.put(None)
        self._process.wait()
