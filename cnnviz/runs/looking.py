"""What the network was like after an epoch: one packed JSON file each."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from cnnviz.data.whole import write_whole
from cnnviz.runs.places import LOOKS, Folder, Run, Source, source
from cnnviz.training.events import Look, event_of, told

MOST_LOOKS = 100
LARGEST = 16_000_000  # bytes of a look, unpacked
_NAME = re.compile(r"epoch-(\d{4})\.json\.gz", re.ASCII)
_READ: OrderedDict[tuple[str, int, int, int], Look] = OrderedDict()  # the last few, shared by all who watch
_LOCK = Lock()
_KEPT = 12


def look_name(epoch: int) -> str:
    """``looks/epoch-0003.json.gz``."""
    return f"{LOOKS}/epoch-{epoch:04d}.json.gz"


def looks_of(files: Source) -> tuple[int, ...]:
    """The epochs that there is a look of, ascending."""
    found = (_NAME.fullmatch(name) for name in files.names(LOOKS))
    return tuple(int(each[1]) for each in found if each)


def looks(run: Run) -> tuple[int, ...]:
    """The epochs after which the network was looked at, ascending; raises :class:`BadRun` if there is no such run."""
    return looks_of(source(run))


def look(run: Run, epoch: int | None = None) -> Look | None:
    """The look after ``epoch`` (the last one), or None if there is none or it is damaged."""
    files = source(run)
    there = looks_of(files)
    epoch = epoch if epoch is not None else there[-1] if there else -1
    return _shared(files, epoch) if epoch in there else None


def packed(look: Look) -> bytes:
    """A look as it is stored."""
    return gzip.compress(json.dumps(told(look), separators=(",", ":")).encode(), compresslevel=6, mtime=0)


def unpacked(data: bytes) -> Look | None:
    """What :func:`packed` packed; None for anything else, also for what would not end."""
    try:
        opened = zlib.decompressobj(wbits=31)
        found = event_of(json.loads(opened.decompress(data, LARGEST)))
    except (zlib.error, ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, Look) else None


def save_look(folder: Path, look: Look) -> None:
    """Write a look; raises :class:`OSError`."""
    target = folder / look_name(look.epoch)
    target.parent.mkdir(exist_ok=True)
    write_whole(target, packed(look))


def _shared(files: Source, epoch: int) -> Look | None:
    name = look_name(epoch)
    try:
        stamp = (files.path / name).stat() if isinstance(files, Folder) else None
        key = (files.id, epoch, stamp.st_ino if stamp else 0, stamp.st_mtime_ns if stamp else 0)
        with _LOCK:
            if key in _READ:
                _READ.move_to_end(key)
                return _READ[key]
        found = unpacked(files.read(name))
    except OSError:
        return None
    if found is not None:
        with _LOCK:
            _READ[key] = found
            while len(_READ) > _KEPT:
                _READ.popitem(last=False)
    return found
