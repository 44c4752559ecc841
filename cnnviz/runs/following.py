"""Reading a run while it is written: only new bytes are read, however many watch.

A poll of a run in which nothing happened costs one ``stat``.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.runs.log import event_in, kept, lines_of
from cnnviz.runs.places import EVENTS, Folder, Run, opened, source
from cnnviz.training.events import Epoch, Event, Step

Numbers = NDArray[np.float64]
FOLLOWED = 16  # runs whose events are kept in memory; an hour's are about 5 MB
TAIL = 64  # bytes by which a file is known again: the number of a file that is gone is given to another one
STEP = ("step", "epoch", "loss", "accuracy", "lr", "images_per_s", "seconds")
EPOCH = ("step", "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


@dataclass(frozen=True)
class Curve:
    """A run's numbers for drawing: ``steps`` and ``epochs`` by field, each an array of equal length.

    ``steps`` has the fields of :data:`STEP`, means over neighbours if there were more than asked for; ``epochs`` those
    of :data:`EPOCH`, all of them.
    """

    steps: dict[str, Numbers]
    epochs: dict[str, Numbers]


class Follower:
    """The events of one log so far. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset, self._tail, self._seen = 0, b"", (-1, -1, -1)
        self.events: list[Event] = []
        self._curve: tuple[int, int, Curve] | None = None

    def read(self, path: Path) -> None:
        """Take in what was appended; begin again if the file is another one."""
        try:
            stamp = path.stat()
        except OSError:
            return
        if (stamp.st_ino, stamp.st_size, stamp.st_mtime_ns) == self._seen:
            return
        with self._lock, contextlib.suppress(OSError), opened(path) as file:
            stamp = os.fstat(file.fileno())
            file.seek(max(0, self._offset - TAIL))
            before = file.read(min(TAIL, self._offset))
            if stamp.st_ino != self._seen[0] or before != self._tail:
                self._offset, self.events, before = 0, [], b""
                file.seek(0)
            content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            self.take(whole.splitlines())
            self._offset += len(whole)
            self._tail = (before + whole)[-TAIL:]
            self._seen = (stamp.st_ino, stamp.st_size, stamp.st_mtime_ns)

    def take(self, lines: list[bytes]) -> None:
        """Add whole lines."""
        found = (event_in(line) for line in lines)
        self.events += [event for event in found if event is not None]

    def curve(self, points: int) -> Curve:
        """What there is to draw; made once for all who ask for as many points."""
        count = len(self.events)
        made = self._curve
        if made is None or made[:2] != (count, points):
            made = self._curve = (count, points, curve_of(self.events[:count], points))
        return made[2]


_FOLLOWERS: OrderedDict[str, Follower] = OrderedDict()
_LOCK = threading.Lock()


def following(run: Run) -> Follower:
    """The follower of a run, up to date; raises :class:`BadRun`."""
    files = source(run)
    key = str(files.path) if isinstance(files, Folder) else f"recorded {files.id}"
    with _LOCK:
        new = key not in _FOLLOWERS
        found = _FOLLOWERS.setdefault(key, Follower())
        _FOLLOWERS.move_to_end(key)
        while len(_FOLLOWERS) > FOLLOWED:
            _FOLLOWERS.popitem(last=False)
        if new and not isinstance(files, Folder):
            found.take(lines_of(files.read(EVENTS)))
    if isinstance(files, Folder):
        found.read(files.path / EVENTS)
    return found


def events(run: Run, since: int = 0) -> tuple[Event, ...]:
    """The events from number ``since`` on, as they were told; a look is an empty one that only has its epoch and step.

    An event keeps its number: who asks with the count of those already read gets the new ones. A
    :class:`~cnnviz.training.events.Begun` at step n says that what was told of later steps no longer counts
    (:func:`cnnviz.runs.kept`). Raises :class:`BadRun`.
    """
    return tuple(following(run).events[max(since, 0) :])


def curve(run: Run, points: int = 1000) -> Curve:
    """The numbers of a run for drawing, at most ``points`` of the steps; raises :class:`BadRun`."""
    return following(run).curve(points)


def curve_of(events: list[Event], points: int) -> Curve:
    """The numbers of the events that count; about 20 ms for an hour's run."""
    told = kept(events)
    steps = [[getattr(each, name) for name in STEP] for each in told if isinstance(each, Step)]
    epochs = [[getattr(each, name) for name in EPOCH] for each in told if isinstance(each, Epoch)]
    drawn = _thinned(np.array(steps, np.float64).reshape(-1, len(STEP)), points)
    whole = np.array(epochs, np.float64).reshape(-1, len(EPOCH))
    return Curve(dict(zip(STEP, drawn.T, strict=True)), dict(zip(EPOCH, whole.T, strict=True)))


def _thinned(rows: Numbers, points: int) -> Numbers:
    """Means over equal stretches of rows, at most ``points``."""
    stretch = -(-len(rows) // max(points, 1))
    if stretch <= 1:
        return rows
    starts = np.arange(0, len(rows), stretch)
    sizes = np.diff(np.append(starts, len(rows)))
    with np.errstate(invalid="ignore", over="ignore"):
        mean: Numbers = np.add.reduceat(rows, starts) / sizes[:, None]
    return mean
