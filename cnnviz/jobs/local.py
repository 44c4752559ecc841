"""Runs on this machine: a worker process each, which ends with its run and gives all its memory back."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from cnnviz.jobs.process import MODULE, Process, begin

COMMAND = (*MODULE, "cnnviz.jobs.run_worker")
# What a step allocates, the next one needs again: glibc keeps it (1.1–1.8 times as fast). Other systems ignore this.
MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
    "MALLOC_TOP_PAD_": str(1 << 30),  # addresses, not memory: pages count when they are touched
}


class LocalHandle:
    """A worker process on this machine."""

    def __init__(self, process: Process, gpu: str = "") -> None:
        self._process, self.gpu = process, gpu
        self._stdin = cast("IO[bytes]", process.stdin)
        if hasattr(os, "set_blocking"):
            os.set_blocking(self._stdin.fileno(), False)
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        if self._process.poll() is None:
            return True
        self.leave()
        return False

    def tell(self, command: Mapping[str, Any]) -> None:
        """Send one command; never blocks: a process that left a pipe full of commands unread hears no more of them."""
        line = json.dumps(dict(command)).encode() + b"\n"  # short, so that all of it goes into the pipe or nothing
        with self._lock, contextlib.suppress(OSError, ValueError):
            os.write(self._stdin.fileno(), line)

    def leave(self) -> None:
        """Let it keep a checkpoint and end: its input is over."""
        with self._lock, contextlib.suppress(OSError):
            self._stdin.close()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self._process.wait()
        self.leave()


class LocalExecutor:
    """One run at a time, or one on each GPU; all cores but one for them together.

    The threads of a step wait for each other, so one that has to share its core with server or browser holds up all:
    on two cores, two threads took 80 steps a second unwatched and 3 with three browsers there; one thread took 60 in
    either case. ``CNNVIZ_THREADS`` says otherwise.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._gpus = gpus()
        self._handles: list[LocalHandle] = []

    @property
    def places(self) -> int:
        """How many runs may be on their way at once."""
        return max(1, len(self._gpus))

    def launch(self, folder: Path) -> LocalHandle:
        """Start the run in ``folder``; raises :class:`OSError`."""
        self._handles = [handle for handle in self._handles if handle.alive]
        taken = {handle.gpu for handle in self._handles}
        gpu = next((each for each in self._gpus if each not in taken), "")
        settings = MEMORY | ({"CUDA_VISIBLE_DEVICES": gpu} if gpu else {})
        process = begin((*self._command, str(folder)), threads=self._threads(), settings=settings)
        self._handles.append(LocalHandle(process, gpu))
        return self._handles[-1]

    def close(self) -> None:
        """Let all runs keep a checkpoint and end; they do not need us for it."""
        for handle in self._handles:
            handle.leave()

    def _threads(self) -> int:
        chosen = os.environ.get("CNNVIZ_THREADS", "").strip()
        return int(chosen) if chosen.isdecimal() and int(chosen) else max(1, (cores() - 1) // self.places)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gpus() -> tuple[str, ...]:
    """The NVIDIA GPUs that may be used, by number, without importing torch."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return tuple(part.strip() for part in chosen.split(",") if part.strip() not in {"", "-1"})
    found = [match[1] for path in Path("/dev").glob("nvidia*") if (match := re.fullmatch(r"nvidia(\d+)", path.name))]
    return tuple(sorted(found, key=int))
