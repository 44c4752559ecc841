"""What work costs: in a forked child, so that neither a crash nor a peak of memory outlives it. Linux only."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What the child returned, its processor seconds, and by how many MB its memory peaked above the start."""

    result: Any
    seconds: float
    megabytes: float


def in_a_child(work: Callable[[], Any]) -> Cost:
    """Call ``work`` in a forked child; its result must be JSON. A crash of the child is an AssertionError."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _report(work, writing)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
    except BaseException:  # a timeout of the test must not leave the child at work
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with status {status}: {text.decode(errors='replace')}"
    return Cost(**json.loads(text))


def _report(work: Callable[[], Any], writing: int) -> None:
    status = 1
    gc.freeze()  # a collection would copy the parent's pages: the cost of forking, not of the work
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what the parent has freed would hide what the work takes
        ctypes.CDLL(None).mallopt(-3, 1 << 17)  # M_MMAP_THRESHOLD as at a start: what is freed goes back at once
        Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts anew from what is resident now
        before, start = _peak(), time.process_time()
        result = work()
        cost = {"result": result, "seconds": time.process_time() - start, "megabytes": _peak() - before}
        os.write(writing, json.dumps(cost).encode())
        status = 0
    except BaseException as error:  # noqa: BLE001 - the child must report and end here, whatever happened
        os.write(writing, repr(error).encode())
    finally:
        os._exit(status)


def _peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
