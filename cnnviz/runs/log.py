"""The events of a run as lines of JSON, only ever appended while it trains, and read by many meanwhile.

So an event keeps its number. A line that was cut short by a kill has no end and is not read; the next writer cuts it
off. A run that goes on from a checkpoint tells :class:`~cnnviz.training.events.Begun` again: what was told of later
steps no longer counts, and :func:`kept` leaves it out.

A look has a file of its own; here is only its mark, read as a :class:`~cnnviz.training.events.Look` that is empty.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cnnviz.training.events import Begun, Ended, Epoch, Event, Look, Packed, Pictures, event_of, told

LONGEST = 100_000  # bytes of one line
PENDING = 20_000  # lines kept while the disk takes none
_NOTHING = Packed((0,), "u1", "")
_NONE = Pictures(_NOTHING, (), _NOTHING)


def line_of(event: Event) -> bytes:
    """One event as a line; a look as its mark."""
    fields: dict[str, Any] = (
        {"event": "look", "epoch": event.epoch, "step": event.step} if isinstance(event, Look) else told(event)
    )
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def mark(epoch: int, step: int) -> Look:
    """A look that says only that there is one."""
    return Look(epoch, step, _NONE, _NONE, _NOTHING, _NOTHING, ())


def event_in(line: bytes) -> Event | None:
    """The event of a line; None for what is none (a damaged line costs one event, not the run)."""
    try:
        fields = json.loads(line)
        if fields["event"] == "look" and len(fields) == 3:
            return mark(int(fields["epoch"]), int(fields["step"]))
        return event_of(fields)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def lines_of(content: bytes) -> list[bytes]:
    """The whole lines of a log; what stands after the last line end is left out."""
    return content[: content.rfind(b"\n") + 1].splitlines(keepends=True)


def kept(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that count: without those that a run told before it went on from an earlier step, and tells again."""
    found: list[Event] = []
    again: set[tuple[type[Event], int]] = set()  # epochs and looks that are told again later
    last, over = math.inf, True  # no later step counts, and whether an end is one
    for event in reversed(list(events)):  # from the end: each is looked at once, however often the run went on
        known = (type(event), event.epoch) if isinstance(event, (Epoch, Look)) else None
        if event.step <= last and known not in again and (over or not isinstance(event, Ended)):
            found.append(event)
        if known is not None:
            again.add(known)
        if isinstance(event, Begun):
            last, over = min(last, event.step or -1), False
    return tuple(reversed(found))


class Log:
    """The end of a log at which one process writes. An error of the disk is kept in ``trouble``, never raised.

    What could not be written waits, and is written with the next event. Opening raises :class:`OSError`.
    """

    def __init__(self, path: Path) -> None:
        self.trouble: OSError | None = None
        self._path = path
        self._waiting: list[bytes] = []
        self._end = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)

    def lines(self) -> list[bytes]:
        """What is there; a line that was cut short is cut off, so that the next one begins on its own."""
        found = lines_of(self._path.read_bytes())
        self._end = sum(map(len, found))
        os.ftruncate(self._file, self._end)
        return found

    def append(self, event: Event) -> None:
        """Write one event."""
        line = line_of(event)
        if len(line) <= LONGEST and len(self._waiting) < PENDING:
            self._waiting.append(line)
        try:
            self._flush()
            self.trouble = None
        except OSError as error:
            self.trouble = error

    def _flush(self) -> None:
        data = b"".join(self._waiting)
        # what an earlier try wrote in part lies beyond the end and begins with the same bytes
        os.lseek(self._file, self._end, os.SEEK_SET)
        written = 0
        while written < len(data):
            written += os.write(self._file, data[written:])
        self._end += len(data)
        self._waiting.clear()

    def sync(self) -> None:
        """Have all events on disk; raises :class:`OSError`."""
        self._flush()
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file, after one more try to write what waits, such as how the run ended."""
        try:
            self._flush()
        except OSError as error:
            self.trouble = error
        finally:
            os.close(self._file)
