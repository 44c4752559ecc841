"""Runs that were recorded, so that a page shows one before anybody trains.

``python -m tools.record`` writes them as ``assets/runs/<task>-<digest>.json.gz``. Packed, curves that grow from event
to event take a tenth of the room.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import logging
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnnviz.jobs.snapshot import Snapshot, digest, task_of
from cnnviz.paths import ASSETS
from cnnviz.training.tasks.registry import Task

RUNS = ASSETS / "runs"
DAMAGED = (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError)  # cut short, or of another version
DIGITS = 6  # significant digits kept of a number: more than any picture shows


def path_of(task: Task, settings: Any) -> Path:
    """Where the recording of these settings is, if there is one."""
    return RUNS / f"{task.name}-{digest(task, settings)}.json.gz"


def recorded(task: Task | str, settings: Any) -> Snapshot | None:
    """The recording of a task with these settings, as a run that is done; none if there is none or it is damaged."""
    task = task_of(task)
    path = path_of(task, settings)
    return _read(path, task.name) if path.is_file() else None


@lru_cache(maxsize=32)
def _read(path: Path, name: str) -> Snapshot | None:
    try:
        told = unpacked(path.read_bytes())
        fields = told["fields"]
        events = tuple(task_of(name).event_of(dict(zip(fields, row, strict=True))) for row in told["events"])
        return Snapshot(
            id=path.name.removesuffix(".json.gz").rpartition("-")[2],
            task=name,
            state="done",
            progress=1.0,
            seconds=float(told["seconds"]),
            events=events,
            date=str(told["date"]),
        )
    except (
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        TypeError,
        KeyError,
    ):  # of another version of the task, or cut short
        logging.getLogger("cnnviz").warning("%s is no recording of this version of %s", path.name, name)
        return None


def packed(task: Task, settings: Any, events: list[Any], **facts: Any) -> bytes:
    """A recording as it is stored: settings, facts (seconds, date, versions) and events as a table, numbers rounded."""
    fields = [field.name for field in dataclasses.fields(task.event)]
    rows = [[_rounded(getattr(event, name)) for name in fields] for event in events]
    told = {"task": task.name, "settings": task.told(settings), **facts, "fields": fields, "events": rows}
    return gzip.compress(json.dumps(told, separators=(",", ":")).encode(), mtime=0)


def unpacked(data: bytes) -> dict[str, Any]:
    """What :func:`packed` was told; raises what ``gzip`` and ``json`` raise for damaged files."""
    told: dict[str, Any] = json.loads(gzip.decompress(data))
    return told


def _rounded(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_rounded(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
