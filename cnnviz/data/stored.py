"""Data sets as arrays on disk: one folder of .npy files each, whole or absent, mapped into memory when opened again."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from cnnviz.data.splits import Part, Splits
from cnnviz.data.whole import sync_folder
from cnnviz.paths import user_data

PARTS = ("train", "validation", "test")
CARD = "set.json"
KEPT = 12  # prepared sets in the cache; those not opened for longest make room
_BLOCK = 1 << 24
_PATIENCE = 600.0  # seconds to wait for the caller that builds: the largest set takes a minute


def cached(key: str, build: Callable[[], Splits]) -> Splits:
    """The set stored in the cache as ``key``, or what ``build`` makes, stored for the next time.

    Of many callers, in any process, one builds and the others wait for it. A damaged store is built anew; where
    nothing can be written, the arrays stay in memory.
    """
    folder = _cache() / key
    found = read(folder)
    if found is not None:
        return found
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_name(f"{key}.lock"))
        lock.acquire(timeout=_PATIENCE)
    except OSError:  # a timeout too: better built twice than never
        return build()
    try:
        return read(folder) or _built(folder, build)
    finally:
        lock.release()


def glimpse(key: str) -> Part | None:
    """The training images stored in the cache as ``key``, not verified; None if there are none."""
    return first_part(_cache() / key)


def first_part(folder: Path) -> Part | None:
    """The training images stored in ``folder``, mapped and not verified: for looking at a few."""
    try:
        return _part(folder, "train")
    except (OSError, ValueError, AttributeError, EOFError):
        return None


def _built(folder: Path, build: Callable[[], Splits]) -> Splits:
    made = build()
    try:
        write(folder, made)
        _make_room(folder.parent)
    except OSError:  # disk full, read-only, still mapped (Windows): slower next time, and nothing else
        return made
    return read(folder) or made


def write(folder: Path, splits: Splits, facts: Mapping[str, Any] | None = None) -> None:
    """Store ``splits`` and ``facts`` as ``folder``, replacing what was there; raises :class:`OSError`.

    The files are written beside it and brought to the disk, then the folder is renamed: a kill leaves all or nothing.
    The caller holds the lock.
    """
    for left in folder.parent.glob(f".{folder.name}-*.part"):
        shutil.rmtree(left, ignore_errors=True)
    part = folder.with_name(f".{folder.name}-{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        card = {"name": splits.name, "title": splits.title, "classes": list(splits.classes), "facts": dict(facts or {})}
        sums = {file: _save(part / file, array) for file, array in _arrays(splits).items()}
        _write(part / CARD, json.dumps(card | {"sums": sums}).encode())
        sync_folder(part)
        if folder.exists():
            old = folder.with_name(f".{folder.name}-old-{os.getpid()}.part")
            folder.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    sync_folder(folder.parent)


def read(folder: Path) -> Splits | None:
    """What is stored in ``folder``, its images mapped and not writable; None if it is absent or damaged.

    Every byte is checked against the sums written with it: about 0.2 s for 60,000 images of 32×32.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if not all(_sum(folder / file) == wanted for file, wanted in card["sums"].items()):
            return None
        train, validation, test = (_part(folder, name) for name in PARTS)
        with contextlib.suppress(OSError):
            os.utime(folder)  # opened last
        return Splits(str(card["name"]), str(card["title"]), tuple(map(str, card["classes"])), train, validation, test)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RecursionError):
        return None


def facts(folder: Path) -> dict[str, Any]:
    """What was stored beside the arrays, with the classes; empty if there is nothing."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return {"classes": tuple(map(str, card["classes"])), "title": str(card["title"])} | dict(card["facts"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _cache() -> Path:
    return user_data() / "cache" / "sets"


def _arrays(splits: Splits) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for name in PARTS:
        part: Part = getattr(splits, name)
        found |= {f"{name}-images.npy": part.images, f"{name}-labels.npy": part.labels}
    return found


def _part(folder: Path, name: str) -> Part:
    mapped = np.load(folder / f"{name}-images.npy", mmap_mode="r", allow_pickle=False)
    labels = np.load(folder / f"{name}-labels.npy", allow_pickle=False)
    if mapped.dtype != np.uint8 or mapped.ndim != 4 or labels.dtype != np.int64 or labels.shape != mapped.shape[:1]:
        raise ValueError(f"{name} holds other arrays than images and labels")
    return Part(mapped.view(np.ndarray), labels)


def _save(path: Path, array: NDArray[Any]) -> list[int]:
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    return _sum(path)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sum(path: Path) -> list[int]:
    """Length and crc32: against accidents. Who can write here can also write the sum."""
    value = length = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            value, length = zlib.crc32(block, value), length + len(block)
    return [length, value]


def _make_room(place: Path) -> None:
    stored = sorted(
        (path for path in place.iterdir() if (path / CARD).is_file()), key=lambda path: path.stat().st_mtime
    )
    for old in stored[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
