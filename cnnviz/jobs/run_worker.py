"""The process in which one run trains: ``python -P -m cnnviz.jobs.run_worker FOLDER``.

It reads one command per line, ``{"do": "pause"}``, and tells what happens to the run's folder. When its input ends,
the server is gone: it keeps a checkpoint and ends too. :func:`work` is the same in a process of somebody else.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz import runs
from cnnviz.jobs.local import cores
from cnnviz.jobs.sitting import CAP, Command, Commands, Sitting
from cnnviz.jobs.worker import give_way, private_lines, sentence

if TYPE_CHECKING:
    from cnnviz.training.engine import Training

GRACE = 15.0  # seconds in which a worker without a server must have kept its checkpoint
UNWRITTEN = "Its folder could not be written; see whether the disk is full or read-only, then let this run go on."
GOES_ON = ("queued", "running", "paused", "interrupted")


def work(folder: Path, commands: Commands, *, cap: float = CAP) -> None:
    """Train the run in ``folder`` to its end, or until ``commands`` say ``stop`` or ``leave``. Imports torch.

    Starts, or goes on from the last checkpoint. Whatever happens is told to the folder and never raised; a run that
    somebody else trains, or that is over, is left alone. ``cap`` limits the seconds of training.
    """
    try:
        _work(folder, commands, cap=cap)
    except runs.Locked:
        return
    except (OSError, runs.BadRun):  # the log cannot be opened, or the folder is gone
        traceback.print_exc()
        with contextlib.suppress(OSError, runs.BadRun):
            runs.stand(folder, "interrupted", UNWRITTEN)


def _work(folder: Path, commands: Commands, *, cap: float) -> None:
    with runs.writer(folder) as writer:
        if runs.standing(folder)[0] not in GOES_ON:
            return
        try:
            _stand(folder, "running")
            sitting = Sitting(_training(folder), writer, commands, stand=lambda *where: _stand(folder, *where), cap=cap)
            state, message = sitting.to_the_end()
        except Exception as error:  # noqa: BLE001 (whatever a training does, its run says so)
            traceback.print_exc()
            state, message = "failed", sentence(error)
        _stand(folder, state, message)


def _training(folder: Path) -> Training:
    """The training of a run's folder from where it was last kept, with as many threads as it began with."""
    import torch

    from cnnviz.data.sets import opened
    from cnnviz.training.engine import Training

    torch.set_num_threads(runs.threads(folder) or int(os.environ.get("OMP_NUM_THREADS") or cores()))
    found = runs.summary(folder)
    state = runs.checkpoint(folder) if found.resumable else None
    return Training(found.config, opened(found.config.data), state=state)


def _stand(folder: Path, state: str, message: str = "") -> None:
    """Say where the run is; where the disk is full, the server sees for itself that the process is over."""
    with contextlib.suppress(OSError, runs.BadRun):
        runs.stand(folder, state, message)


class Inbox:
    """The commands of the server, read by a thread of their own; their end is the command to leave.

    ``gone`` is told then whether anybody ever asked for a command: until then nothing was trained.
    """

    def __init__(self, lines: Iterable[str], *, gone: Callable[[bool], None]) -> None:
        self._commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._asked = False
        threading.Thread(target=self._listen, args=(lines, gone), name="cnnviz-commands", daemon=True).start()

    def next(self, seconds: float) -> Command | None:
        """The next command, if one comes within ``seconds``."""
        self._asked = True
        try:
            return self._commands.get(timeout=seconds) if seconds else self._commands.get_nowait()
        except queue.Empty:
            return None

    def _listen(self, lines: Iterable[str], gone: Callable[[bool], None]) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in lines:
                self._commands.put(json.loads(line))
        self._commands.put({"do": "leave"})
        gone(self._asked)


def end_soon(trains: bool) -> None:  # noqa: FBT001 (as the inbox calls it)
    """End in any case: a process that is busy with one long step, or stuck, has its last checkpoint.

    One that still imports or loads has nothing to keep.
    """
    if trains:
        time.sleep(GRACE)
    os._exit(1)


def main(arguments: Sequence[str]) -> None:
    """Train the run in the folder that is the one argument."""
    inbox, _ = private_lines()
    give_way()
    work(Path(arguments[0]), Inbox(inbox, gone=end_soon).next, cap=float(os.environ.get("CNNVIZ_CAP") or CAP))


if __name__ == "__main__":
    main(sys.argv[1:])
