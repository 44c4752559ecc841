"""What is known about a run without reading it all: its settings, its label, how it stands, what is saved."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnnviz.data.whole import write_whole
from cnnviz.runs.errors import BadRun, sentence
from cnnviz.runs.following import events
from cnnviz.runs.log import event_in, kept
from cnnviz.runs.places import CHECKPOINTS, CONFIG, EVENTS, ID, STATE, Folder, Run, Source, folder, home, source
from cnnviz.runs.saving import last_manifest, saved_epochs
from cnnviz.training.config import Config, rebuilt
from cnnviz.training.events import Begun, Epoch

STATES = ("queued", "running", "paused", "done", "stopped", "diverged", "failed", "interrupted")
ON_ITS_WAY = ("queued", "running", "paused")
MOST_RUNS = 200
MOST_BYTES = 20 * 10**9
LEAST_FREE = 200 * 10**6  # bytes that a run needs at least
LONGEST_LABEL = 80
FORMAT = 1


@dataclass(frozen=True)
class Summary:
    """One line of the list of runs. ``created`` is ISO; ``epoch`` and ``val_accuracy`` (nan) are of the last epoch.

    ``saved`` are the epochs whose weights are there, ``resumable`` says whether it can go on from where it stands.
    """

    id: str
    label: str
    config: Config
    state: str
    epoch: int
    val_accuracy: float
    created: str
    saved: tuple[int, ...]
    recorded: bool = False
    message: str = ""
    by: str = ""
    resumable: bool = False


def label_of(text: str) -> str:
    """A label as it is kept: control characters become blanks, at most 80 characters."""
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in str(text)[:1000])
    return " ".join(shown.split())[:LONGEST_LABEL].strip()


def create(config: Config, *, label: str = "", by: str = "") -> str:
    """A new run, queued: its id. ``by`` is who asked, as told to the queue.

    Raises :class:`BadRun` if there are too many runs or the disk is full.
    """
    run = new_id()
    path = home() / run
    told = {"label": label, "by": by, "created": datetime.now(UTC).isoformat(timespec="milliseconds")}
    try:
        path.mkdir(parents=True)
        _write(path / STATE, {"state": "queued", "message": "", "at": time.time()})
        write_facts(path, {**told, "id": run, "config": config})  # last: what has no settings is no run
    except OSError as error:
        shutil.rmtree(path, ignore_errors=True)
        raise BadRun(sentence(error, "The run")) from error
    return run


def new_id() -> str:
    """The id of a run to come; raises :class:`BadRun` if no more fit."""
    _room()
    return secrets.token_hex(6)


def write_facts(place: Path, told: Mapping[str, Any]) -> None:
    """Write ``run.json``; raises :class:`OSError`."""
    facts = {
        "format": FORMAT,
        "id": told["id"],
        "label": label_of(told["label"]),
        "by": label_of(told["by"]),
        "created": str(told["created"])[:40],
        "config": told["config"].told(),
    }
    _write(place / CONFIG, facts)


def stand(run: Run, state: str, message: str = "") -> None:
    """Write how a run stands; only the queue and the worker do. Raises :class:`OSError`."""
    if state not in STATES:
        raise ValueError(f"a run cannot be {state[:20]!r}; it can be {', '.join(STATES)}")
    _write(folder(run) / STATE, {"state": state, "message": str(message)[:400], "at": time.time()})


def rename(run: Run, label: str) -> None:
    """Give a run another label; it never becomes part of a path. Raises :class:`BadRun`."""
    if source(run).recorded:
        raise BadRun("this run comes with the program; its label cannot be changed")
    path = folder(run) / CONFIG
    told = facts_of(Folder(path.parent))
    try:
        write_facts(path.parent, {**told, "label": label})
    except OSError as error:
        raise BadRun(sentence(error, "The label")) from error


def ids() -> tuple[str, ...]:
    """All ids on disk, in no order; a folder of that name need not hold a run."""
    try:
        return tuple(filter(ID.fullmatch, os.listdir(home())))  # noqa: PTH208 (names, not paths)
    except OSError:
        return ()


def listed() -> tuple[Summary, ...]:
    """All runs, newest first, then those that come with the program. About 20 µs each once they are known."""
    from cnnviz.runs import recorded, trash

    trash.purge()
    found, place = [], home()
    for run in ids():
        try:
            found.append(_summary(Folder(place / run)))
        except BadRun:
            continue  # made by another version, or deleted meanwhile
    built_in = [_summary(each) for each in recorded.archives()]
    return (*sorted(found, key=lambda each: (each.created, each.id), reverse=True), *built_in)


def summary(run: Run) -> Summary:
    """What is known about one run; raises :class:`BadRun`."""
    return _summary(source(run))


_KNOWN: dict[str, tuple[Any, Summary]] = {}
_LOCK = threading.Lock()


def _summary(files: Source) -> Summary:
    if not isinstance(files, Folder):
        return _made(files)
    key = str(files.path)
    stamps = _stamps(key)
    with _LOCK:
        known = _KNOWN.get(key)
    if known is None or known[0] != stamps:
        known = (stamps, _made(files))
        with _LOCK:
            if len(_KNOWN) > 4 * MOST_RUNS:
                _KNOWN.clear()
            _KNOWN[key] = known
    return known[1]


def _stamps(path: str) -> tuple[tuple[int, int, int], ...]:
    """What changes when a file does."""
    found = []
    for name in (CONFIG, STATE, EVENTS, CHECKPOINTS):
        try:
            stat = os.stat(f"{path}/{name}")  # noqa: PTH116 (four for each run of the list)
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)


def facts_of(files: Source) -> dict[str, Any]:
    """What ``run.json`` says, with the config rebuilt; raises :class:`BadRun`."""
    try:
        told = json.loads(files.read(CONFIG))
        if told["format"] != FORMAT:
            raise BadRun("this run was made by another version of the program; train it again")
        texts = {name: label_of(told[name]) for name in ("label", "by", "created")}
        return {"id": files.id, **texts, "config": rebuilt(told["config"])}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, BadRun):
            raise
        raise BadRun("the settings of this run cannot be read; delete it and train again") from error


def _made(files: Source) -> Summary:
    told = facts_of(files)
    state, message = ("done", "") if files.recorded else _standing(files)
    epoch, accuracy = _last_epoch(files)
    return Summary(
        id=files.id,
        label=told["label"],
        config=told["config"],
        state=state,
        epoch=epoch,
        val_accuracy=accuracy,
        created=told["created"],
        saved=saved_epochs(files),
        recorded=files.recorded,
        message=message,
        by=told["by"],
        resumable=not files.recorded and last_manifest(files) is not None,
    )


def _standing(files: Source) -> tuple[str, str]:
    try:
        told = json.loads(files.read(STATE))
        state = told["state"]
        return (state, str(told.get("message", ""))) if state in STATES else ("interrupted", "")
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "interrupted", ""


_TOLD = re.compile(rb'^\{"event":"(?:begun|epoch)"[^\n]*\n', re.MULTILINE)


def _last_epoch(files: Source) -> tuple[int, float]:
    """Number and validation accuracy of the last epoch that counts. Only few lines are read: 1 ms for an hour's run."""
    try:
        found = (event_in(line) for line in _TOLD.findall(files.read(EVENTS)))
    except OSError:
        return 0, math.nan
    last = [each for each in kept(each for each in found if each is not None) if isinstance(each, Epoch)]
    return (last[-1].epoch, last[-1].val_accuracy) if last else (0, math.nan)


def standing(run: Run) -> tuple[str, str]:
    """The state and the sentence that :func:`stand` wrote last; raises :class:`BadRun` if there is no such run."""
    files = source(run)
    return ("done", "") if files.recorded else _standing(files)


def stamp(run: Run) -> tuple[int, int]:
    """What changes whenever :func:`stand` writes: a cheap question. Raises :class:`BadRun` or :class:`OSError`."""
    found = (folder(run) / STATE).stat()
    return found.st_ino, found.st_mtime_ns


def config(run: Run) -> Config:
    """The settings of a run; raises :class:`BadRun`."""
    found: Config = facts_of(source(run))["config"]
    return found


def threads(run: Run) -> int:
    """How many threads it began to compute with, 0 before it has begun; raises :class:`BadRun`."""
    return next((each.threads for each in events(run) if isinstance(each, Begun)), 0)


def _room() -> None:
    """Raise :class:`BadRun` unless one more run fits."""
    there = ids()
    if len(there) >= MOST_RUNS:
        raise BadRun(f"{len(there)} runs are kept, which is all that fit; delete some of them first")
    place = next(each for each in (home(), *home().parents) if each.exists())
    if shutil.disk_usage(place).free < LEAST_FREE:
        raise BadRun("the disk of the server is full; delete runs that nobody needs")
    if there and _bytes(home()) > MOST_BYTES:
        raise BadRun(f"all runs together take more than {MOST_BYTES / 1e9:.0f} GB; delete some of them first")


def _bytes(place: Path) -> int:
    """What lies in ``place``, links not followed; what cannot be looked at counts nothing."""
    total = 0
    for inside, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(OSError):
                facts = os.lstat(os.path.join(inside, name))  # noqa: PTH118 (thousands of files)
                total += min(facts.st_size, 512 * getattr(facts, "st_blocks", facts.st_size))
    return total


def _write(path: Path, told: dict[str, Any]) -> None:
    write_whole(path, json.dumps(told, ensure_ascii=False, indent=1).encode())
