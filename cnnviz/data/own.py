"""A set of one's own: an uploaded zip of class folders, decoded once and kept as arrays.

All limits are checked on the zip's directory before anything is inflated, but for the pixels, which are counted while
decoding. The zip itself is not kept, and none of its names reaches the disk but as a label.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cnnviz.data.catalogue import DataSet, Watcher, kept, unwatched
from cnnviz.data.class_folders import Gathered, arranged, gather
from cnnviz.data.members import Member, cleaned, in_zip
from cnnviz.data.splits import BadData, Splits
from cnnviz.data.stored import CARD, facts, first_part, read, write
from cnnviz.data.whole import write_whole

MAX_BYTES = 50_000_000
MAX_IMAGES = 5_000
MAX_ENTRIES = 20_000  # with folders and what macOS adds to each file
MAX_INFLATED = 200_000_000  # bytes, as the directory states them
MAX_RATIO = 200  # inflated to packed; photographs have 1, drawings as BMP 100
MAX_PIXELS = 600_000_000  # in all pictures together: about ten seconds of decoding
CLASSES = (2, 50)
PATIENCE = 120.0  # seconds to wait for the zips of others: a dozen of the slowest
LEAST = 5  # images in each class
MOST_SETS = 20  # of all people
MOST_EACH = 5  # of one
_NAME = re.compile(r"own-[0-9a-f]{16}")
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory


def is_own(name: str) -> bool:
    """Whether ``name`` is one that :func:`admit` gives."""
    return bool(_NAME.fullmatch(name))


def admit(content: bytes, *, by: str, title: str = "", progress: Watcher = unwatched) -> str:
    """Take in an uploaded zip of class folders and return the name to open it by; the same zip has the same name.

    ``by`` tells whose it is, ``title`` is a label such as the file's name. Files that are no pictures are left out and
    counted: see :func:`own`. Raises :class:`BadData` with one sentence.
    """
    _check_length(len(content))
    name = f"own-{hashlib.sha256(content).hexdigest()[:16]}"
    folder = kept() / name
    try:
        kept().mkdir(parents=True, exist_ok=True)
        # one at a time: a zip can keep a core busy for ten seconds
        with FileLock(kept() / "own.lock", timeout=PATIENCE):
            if read(folder) is None:
                splits, told = _decoded(content, name, title, progress)
                write(folder, splits, told)
            _note(folder, by)
            _make_room(by)
    except Timeout:
        raise BadData("Many sets are being read just now: upload yours again in a minute.") from None
    except OSError:
        raise BadData("The pictures can't be stored: make room on the server's disk, then upload them again.") from None
    return name


def opened_own(name: str) -> Splits:
    """The arrays of the set called ``name``; raises :class:`BadData` if it is gone."""
    found = read(kept() / name) if is_own(name) else None
    if found is None:
        raise BadData("That set of pictures is not here any more: upload it again.")
    return found


def own(name: str) -> DataSet:
    """What the set called ``name`` says about itself; raises :class:`BadData` if it is gone."""
    told = facts(kept() / name) if is_own(name) else {}
    try:
        train, validation, test = map(int, told["counts"])
        return DataSet(
            name=name,
            title=told["title"],
            summary=str(told["summary"]),
            reference=f"uploaded {told['created']!s:.10}",
            classes=told["classes"],
            counts=(train, validation, test),
            open=lambda _: opened_own(name),
            few=lambda _: first_part(kept() / name),
        )
    except (KeyError, TypeError, ValueError):
        raise BadData("That set of pictures is not here any more: upload it again.") from None


def listed(by: str | None = None) -> tuple[DataSet, ...]:
    """The sets of ``by``, or of all people; the one opened last comes first."""
    found = [folder.name for folder in reversed(_folders()) if by is None or by in _owners(folder)]
    return tuple(own(name) for name in found if facts(kept() / name))


def forget(name: str) -> None:
    """Remove the set called ``name``, if there is one."""
    if is_own(name):
        shutil.rmtree(kept() / name, ignore_errors=True)


def _check_length(length: int) -> None:
    if not length:
        raise BadData("The file is empty: choose a zip of class folders.")
    if length > MAX_BYTES:
        raise BadData(f"The zip has {length / 1e6:.0f} MB and the limit is 50: leave pictures out or scale them down.")


def _decoded(content: bytes, name: str, title: str, progress: Watcher) -> tuple[Splits, dict[str, Any]]:
    try:
        with _directory(content) as opened:
            files = list(in_zip(opened))
            _check(files)
            found = gather(files, expected=len(files), watch=progress, most_pixels=MAX_PIXELS)
    except BadData:
        raise
    except MemoryError:
        raise BadData("There is not enough memory for these pictures: take fewer or smaller ones.") from None
    except Exception:  # noqa: BLE001 - zipfile raises what it likes on damaged directories
        raise BadData("The zip is damaged or cut short: pack it again.") from None
    _check_classes(found)
    splits = arranged(found, name=name, title=cleaned(title) if title else "Own pictures")
    counts = [len(part) for part in (splits.train, splits.validation, splits.test)]
    summary = f"{sum(counts):,} pictures of {len(splits.classes)} classes."
    if found.skipped:
        summary += f" {found.skipped:,} files were left out; the first: {found.first}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return splits, {"counts": counts, "summary": summary, "skipped": found.skipped, "created": now, "by": []}


def _directory(content: bytes) -> zipfile.ZipFile:
    """The zip, opened: only its directory has been read, and what that states is within the limits."""
    if not content.startswith(b"PK"):
        raise BadData("This is not a zip: put one folder per class into a zip and choose that.")
    if content.count(_ENTRY) > MAX_ENTRIES:  # before each becomes an object
        raise BadData(f"The zip holds more than {MAX_ENTRIES:,} files: leave some out.")
    opened = zipfile.ZipFile(io.BytesIO(content))
    stated = sum(info.file_size for info in opened.infolist())
    if stated > MAX_INFLATED:
        raise BadData(f"The zip unpacks to {stated / 1e6:,.0f} MB and the limit is 200: scale the pictures down.")
    if stated > MAX_RATIO * len(content):
        times = f"{stated / len(content):,.0f} times its size and {MAX_RATIO} times is the limit"
        raise BadData(f"The zip unpacks to {times}: choose one of photographs.")
    if any(info.flag_bits & 1 for info in opened.infolist()):
        raise BadData("The zip has a password: pack it again without one.")
    return opened


def _check(files: list[Member]) -> None:
    if len(files) > MAX_IMAGES:
        raise BadData(f"The zip holds {len(files):,} pictures and the limit is {MAX_IMAGES:,}: leave some out.")
    count = len({member.label for member in files})
    if count > CLASSES[1]:
        raise BadData(f"The zip holds {count:,} class folders and the limit is {CLASSES[1]}: leave some out.")


def _check_classes(found: Gathered) -> None:
    first = "train" if "train" in found.members else ""
    counts = Counter(label for _, label in found.members.get(first, ()))
    few = min(counts, key=lambda label: counts[label], default="")
    if len(counts) >= CLASSES[0] and counts[few] < LEAST:
        raise BadData(f"“{few}” has {counts[few]} pictures and {LEAST} are the least: add some or leave it out.")


def _folders() -> list[Path]:
    """Of all sets, the one opened longest ago first."""
    try:
        found = [(path.stat().st_mtime, path) for path in kept().iterdir() if is_own(path.name)]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


def _owners(folder: Path) -> list[str]:
    owners = facts(folder).get("by", [])
    return [str(owner) for owner in owners] if isinstance(owners, list) else []


def _note(folder: Path, by: str) -> None:
    """Write down that this set is also ``by``'s."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    owners = _owners(folder)
    if by not in owners:
        card["facts"]["by"] = [*owners, by][-MOST_SETS:]
        write_whole(folder / CARD, json.dumps(card).encode())


def _make_room(by: str) -> None:
    """Drop the sets of ``by`` beyond five, then those of anybody beyond twenty, opened longest ago first."""
    mine = [folder for folder in _folders() if _owners(folder) == [by]]
    for old in mine[:-MOST_EACH]:
        shutil.rmtree(old, ignore_errors=True)
    for old in _folders()[:-MOST_SETS]:
        shutil.rmtree(old, ignore_errors=True)
