"""The files in class folders: of a folder, a tar or a zip, one after the other, never extracted.

``<class>/<file>`` or ``train|val|test/<class>/<file>``, below any folders. Names become labels and nothing else.
"""

from __future__ import annotations

import functools
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cnnviz.data.images import MAX_BYTES, BadImage

LABEL = 40  # characters
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the other methods cannot be stopped while they inflate


@dataclass(frozen=True)
class Member:
    """One file of a class: ``split`` is train, validation, test or nothing; ``path`` is for sorting only.

    ``read`` gives the content, cut off where it is longer than a picture may be.
    """

    split: str
    label: str
    path: str
    read: Callable[[], bytes]


def members(source: Path) -> Iterator[Member]:
    """The files at ``source``; those of a tar must be read before the next one is asked for.

    Raises what the folder or archive raises: see :data:`cnnviz.data.class_folders.DAMAGED`.
    """
    if source.is_dir():
        yield from _in_folder(source)
    elif _starts_like_a_zip(source):
        with zipfile.ZipFile(source) as opened:
            yield from in_zip(opened)
    else:
        with tarfile.open(source) as opened_tar:
            yield from _in_tar(opened_tar)


def in_zip(opened: zipfile.ZipFile) -> Iterator[Member]:
    """The files of a zip; what cannot be inflated is a :class:`BadImage` when it is read."""
    for info in opened.infolist():
        if not info.is_dir():
            yield from placed(info.filename, functools.partial(_inflated, opened, info))


def placed(name: str, read: Callable[[], bytes]) -> Iterator[Member]:
    """The file called ``name`` as a member of a class; nothing if it is hidden, junk or in no folder."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    if len(parts) < 2 or any(part.startswith(".") or part.lower() in _JUNK for part in parts):
        return
    split = _SPLITS.get(parts[-3].lower(), "") if len(parts) > 2 else ""
    yield Member(split, cleaned(parts[-2]), "/".join(parts), read)


def cleaned(name: str) -> str:
    """A class name as a label: composed Unicode, no control or format characters, at most 40 characters."""
    plain = unicodedata.normalize("NFC", name[: 10 * LABEL])
    spaced = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in plain)
    words = "".join(c for c in spaced if unicodedata.category(c)[0] != "C").split()
    return " ".join(words)[:LABEL].strip() or "unnamed"


def _inflated(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 1:
        raise BadImage("The picture is encrypted: pack it into a zip without a password.")
    if info.compress_type not in _PLAIN:
        raise BadImage("The picture is compressed in a way that is not read here: pack it into an ordinary zip.")
    try:
        with opened.open(info) as file:
            return file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise BadImage("The picture is damaged inside the zip: pack it again.") from None


def _in_tar(opened: tarfile.TarFile) -> Iterator[Member]:
    for info in opened:
        file = opened.extractfile(info) if info.isreg() else None
        if file is not None:
            yield from placed(info.name, functools.partial(file.read, MAX_BYTES + 1))


def _in_folder(top: Path) -> Iterator[Member]:
    for path in sorted(top.rglob("*")):
        if path.is_file():
            yield from placed(path.relative_to(top).as_posix(), functools.partial(_content, path))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _starts_like_a_zip(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}
