"""Worker processes that break the rules, each in its own way: ``python unruly.py KIND``. Without torch."""

from __future__ import annotations

import json
import os
import resource
import runpy
import signal
import sys
import time
from collections.abc import Callable

LIMIT = 700 << 20  # bytes of addresses: too few for torch


def obey() -> None:
    """One event and a good end for every order, as it should be."""
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "run":
            say({"run": order["run"], "started": True})
            time.sleep(order["settings"]["pause"])
            say({"run": order["run"], "event": {"progress": 1.0, "value": 1.0}})
            say({"run": order["run"], "end": "done", "message": ""})


def say(message: object) -> None:
    tell(json.dumps(message).encode() + b"\n")


def tell(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def started() -> None:
    """Hear the first order, and say so."""
    say({"run": json.loads(sys.stdin.readline()).get("run"), "started": True})


def saying(content: bytes) -> Callable[[], None]:
    """One that begins well, says this and hangs."""

    def worker() -> None:
        started()
        tell(content)
        time.sleep(600)

    return worker


def giant() -> None:
    started()
    for _ in range(1024):  # MB without an end of line
        tell(b"[" * (1 << 20))
    time.sleep(600)


def mute() -> None:
    started()
    os.close(1)
    time.sleep(600)


def leaves() -> None:
    started()
    sys.exit(0)


def stopped() -> None:
    started()
    os.kill(os.getpid(), signal.SIGSTOP)


def unreading() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started()
    time.sleep(600)


def hungry() -> None:
    started()
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    held = []
    while True:
        held.append(bytearray(64 << 20))


def limited() -> None:
    """The real worker of live trainings where memory is short."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    sys.argv = ["run_worker", sys.argv[2]]
    runpy.run_module("cnnviz.jobs.run_worker", run_name="__main__")


KINDS: dict[str, Callable[[], None]] = {
    "good": obey,
    "garbage": saying(b"\xff\x00 not a message \xfe\n"),
    "half a line": saying(b'{"run": 0, "event": {"progress":'),
    "no object": saying(b"[1, 2, 3]\n"),
    "null": saying(b"null\n"),
    "nested": saying(b"[" * 100_000 + b"\n"),
    "a long number": saying(b'{"run": ' + b"9" * 10_000 + b"}\n"),
    "no such event": saying(b'{"run": 0, "event": {"strange": 1}}\n{"run": 1, "event": []}\n'),
    "giant": giant,
    "mute": mute,
    "leaves": leaves,
    "stopped": stopped,
    "unreading": unreading,
    "deaf": deaf,
    "hungry": hungry,
    "limited": limited,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]]()
