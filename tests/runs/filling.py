"""A training in a process whose disk is full, whose files may not grow, or that may not write; prints what came of it.

``python -m tests.runs.filling full BYTES…|limited BYTES…|refused`` needs ``CNNVIZ_DATA``.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import torch

from cnnviz import runs
from cnnviz.jobs.run_worker import work
from cnnviz.paths import user_data
from cnnviz.runs import records
from cnnviz.training.events import Saved
from tests.runs.made import begun, state
from tests.runs.test_faults_training import TINY, Weights, damage, silent, words


def right() -> dict[int, Weights]:
    """What training gives where nothing fails, on another disk."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_DATA", place)
        folder = runs.folder(runs.create(TINY))
        work(folder, silent)
        return {epoch: runs.checkpoint(folder, epoch).network for epoch in range(TINY.epochs + 1)}


def trained(
    undisturbed: dict[int, Weights], worse: Callable[[], object], better: Callable[[], object]
) -> dict[str, Any]:
    """Train while the disk is ``worse``, see what is there, and go on when it is ``better``."""
    folder = runs.folder(runs.create(TINY))
    worse()
    work(folder, silent)
    saved = [event for event in runs.events(folder) if isinstance(event, Saved)]
    wrong = [damage(folder, undisturbed, saved)]
    state, told = runs.standing(folder)[0], words(folder, ends=False)
    better()
    if runs.standing(folder)[0] != "done":
        runs.stand(folder, "queued")
        work(folder, silent)
    wrong.append(damage(folder, undisturbed, []))
    return {"state": state, "words": told, "damage": list(filter(None, wrong)), "goes on": runs.standing(folder)[0]}


def full(undisturbed: dict[int, Weights], leave: int) -> dict[str, Any]:
    """On a disk with so many bytes left."""
    ballast = user_data() / "ballast"

    def fill() -> None:
        room = os.statvfs(user_data())
        ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - leave))

    return trained(undisturbed, fill, ballast.unlink)


def limited(undisturbed: dict[int, Weights], most: int) -> dict[str, Any]:
    """Files may have so many bytes; what is beyond is an error, not a signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    return trained(
        undisturbed,
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1])),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before),
    )


def refused() -> dict[str, Any]:
    """As a user who may only read: what each way to write says."""
    folder = runs.folder(runs.create(TINY))
    with runs.writer(folder) as write:
        write.event(begun())
        write.checkpoint(state(0))
    runs.stand(folder, "stopped")
    exported = runs.export(folder)
    runs.purge(0 * len(runs.admit(exported)))  # what it imports may be where the other user cannot read
    os.setegid(65534)
    os.seteuid(65534)
    told, others = list[str](), list[str]()
    ways: tuple[Callable[[], object], ...] = (
        lambda: runs.create(TINY),
        lambda: runs.rename(folder.name, "x"),
        lambda: runs.delete(folder.name),
        lambda: runs.admit(exported),
        lambda: runs.restore(folder.name),
    )
    for way in ways:
        try:
            way()
            others.append("it was written")
        except runs.BadRun as error:
            told.append(str(error))
        except OSError as error:
            others.append(repr(error))
    work(folder, silent)
    seen = [each for each in runs.listed() if not each.recorded]
    runs.purge(-1)
    read = runs.checkpoint(folder) is not None and len(runs.events(folder)) == 2
    return {"sentences": told, "others": others, "listed": len(seen), "read": read}


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.fsync = lambda _: None  # a full disk is full without it
    records.LEAST_FREE = 0
    user_data().mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "refused":
        done: Any = refused()
    else:
        way, undisturbed = {"full": full, "limited": limited}[sys.argv[1]], right()
        done = [way(undisturbed, int(each)) for each in sys.argv[2:]]
    sys.stdout.write("\n" + json.dumps(done) + "\n")
