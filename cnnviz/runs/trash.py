"""Deleting with a way back: a deleted run lies in ``runs/.trash`` for a day."""

from __future__ import annotations

import os
import shutil
import time

from cnnviz.runs.errors import BadRun, sentence
from cnnviz.runs.places import CONFIG, ID, TRASH, checked, folder, home, source
from cnnviz.runs.writing import locked

KEPT = 24 * 3600.0  # seconds


def delete(run: str) -> None:
    """Take a run away; :func:`restore` brings it back. Raises :class:`BadRun` for one on its way or not one's own."""
    from cnnviz.runs.records import ON_ITS_WAY, summary

    if source(checked(run)).recorded:
        raise BadRun("this run comes with the program; it cannot be deleted")
    if locked(run) or summary(run).state in ON_ITS_WAY:
        raise BadRun("this run is on its way; stop it first, then delete it")
    bin_ = home() / TRASH
    try:
        bin_.mkdir(exist_ok=True)
        os.utime(folder(run))  # the day begins now
        folder(run).replace(bin_ / run)
    except OSError as error:
        raise BadRun(sentence(error, "The trash")) from error


def restore(run: str) -> None:
    """Bring a deleted run back; raises :class:`BadRun` if it is gone."""
    lost = home() / TRASH / checked(run)
    if not (lost / CONFIG).is_file():
        raise BadRun("this run is no longer in the trash; deleted runs are kept for a day")
    if (home() / run).exists():
        raise BadRun("this run is there already; look for it in the list")
    try:
        lost.replace(home() / run)
    except OSError as error:
        raise BadRun(sentence(error, "The run")) from error


def purge(older: float = KEPT) -> int:
    """Remove for good what was deleted more than ``older`` seconds ago; how many runs that were."""
    gone = 0
    bin_ = home() / TRASH
    try:
        there = os.listdir(bin_)  # noqa: PTH208 (names, and all at once)
    except OSError:
        return 0
    for path in (bin_ / name for name in filter(ID.fullmatch, there)):
        try:
            due = time.time() - path.lstat().st_mtime > older
        except OSError:
            continue
        if due:
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone
