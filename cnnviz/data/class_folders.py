"""From pictures in class folders to a data set: each decoded, made square, and the parts that are missing made."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.catalogue import Watcher, unwatched
from cnnviz.data.images import BadImage, decode, fit_shorter_side
from cnnviz.data.members import Member, cleaned, members
from cnnviz.data.splits import BadData, Part, Splits, complete, shuffled
from cnnviz.data.stored import cached

SIDE = 32
MOST_IMAGES = 1_000_000
MOST_CLASSES = 1_000
DAMAGED = (OSError, EOFError, ValueError, tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error)


@dataclass
class Gathered:
    """What was decoded: the pixels of each split one after the other, and how many files were no pictures."""

    side: int = SIDE
    seen: int = 0  # pixels of the pictures as they came
    pixels: dict[str, bytearray] = field(default_factory=dict)
    members: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # path and label
    skipped: int = 0
    first: str = ""  # why the first of them was skipped

    def add(self, member: Member, image: NDArray[np.uint8]) -> None:
        """Keep one decoded picture."""
        self.seen += image.shape[0] * image.shape[1]
        self.pixels.setdefault(member.split, bytearray()).extend(square(image, self.side).tobytes())
        self.members.setdefault(member.split, []).append((member.path, member.label))

    def skip(self, why: str) -> None:
        """Count a file that is left out."""
        self.skipped, self.first = self.skipped + 1, self.first or why

    @property
    def count(self) -> int:
        """Pictures so far."""
        return sum(map(len, self.members.values()))

    def part(self, split: str, classes: tuple[str, ...]) -> Part:
        """The images of ``split`` that are of ``classes``, sorted by path: a folder and a tar of it are the same."""
        index = {label: number for number, label in enumerate(classes)}
        found = self.members[split]
        order = sorted((k for k, (_, label) in enumerate(found) if label in index), key=lambda k: found[k][0])
        labels = np.array([index[found[k][1]] for k in order], dtype=np.int64)
        pixels = np.frombuffer(self.pixels[split], dtype=np.uint8).reshape(-1, self.side, self.side, 3)
        return Part(pixels if order == list(range(len(pixels))) else pixels[order], labels)


def square(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Scale so that the shorter side is ``side`` (averaging areas when shrinking), then cut out the middle."""
    scaled = fit_shorter_side(image, side)
    top, left = (scaled.shape[0] - side) // 2, (scaled.shape[1] - side) // 2
    return scaled[top : top + side, left : left + side]


def gather(files: Iterable[Member], *, expected: int = 0, watch: Watcher = unwatched, most_pixels: int = 0) -> Gathered:
    """Decode ``files`` one by one; what is no picture is counted and left out.

    Raises :class:`BadData` when the pictures have more than ``most_pixels`` together, if that is given.
    """
    found = Gathered()
    for number, member in enumerate(files, start=1):
        if number > MOST_IMAGES:
            raise BadData(f"There are more than {MOST_IMAGES:,} files: take a smaller set.")
        try:
            found.add(member, decode(member.read()))
        except BadImage as error:
            found.skip(str(error))
        if found.seen > most_pixels > 0:
            raise BadData(f"The pictures have more than {most_pixels / 1e6:.0f} megapixels together: scale them down.")
        if number % 500 == 0:
            watch(number, max(number, expected))
    watch(found.count, found.count)
    return found


def arranged(found: Gathered, *, name: str, title: str) -> Splits:
    """Train, validation and test of what was gathered, each in a random order; what is missing is set aside of train.

    Files outside ``train`` and its siblings do not count if there is one. A class is a class that has training images.
    Raises :class:`BadData`.
    """
    wanted = {split for split in found.members if split} if "train" in found.members else {""}
    if not wanted & found.members.keys():
        raise BadData(_nothing(found))
    first = "train" if "train" in wanted else ""
    classes = tuple(sorted({label for _, label in found.members[first]}))
    if len(classes) < 2:
        raise BadData(f"There is one class, “{classes[0]}”: give each class a folder of its own.")
    if len(classes) > MOST_CLASSES:
        raise BadData(
            f"There are {len(classes):,} class folders and {MOST_CLASSES:,} are the most: take fewer classes."
        )
    parts = complete({split or "train": found.part(split, classes) for split in wanted})
    if not all(map(len, parts)):
        raise BadData(f"There are only {found.count} pictures: give each class at least 5.")
    return Splits(name, title, classes, *map(shuffled, parts))


def open_path(path: Path, watch: Watcher = unwatched) -> Splits:
    """The set at ``path``: a folder, or a zip, tar, tar.gz or tar.xz, of class folders. Raises :class:`BadData`."""
    if not path.exists():
        raise BadData(f"There is no file or folder “{path.name[:60]}” there: check the path.")
    try:
        return cached(f"path-{changed(path)}", lambda: read_archive(path, watch=watch))
    except BadData:
        raise
    except DAMAGED:
        raise BadData(f"“{path.name[:40]}” can't be read: give a folder, a zip or a tar of class folders.") from None


def read_archive(
    path: Path, *, name: str = "", title: str = "", expected: int = 0, watch: Watcher = unwatched
) -> Splits:
    """Decode what is at ``path`` whatever the cache holds; raises :data:`DAMAGED` where an archive does."""
    found = gather(members(path), expected=expected, watch=watch)
    return arranged(found, name=name or path.name, title=title or cleaned(path.name))


def changed(path: Path) -> str:
    """16 hexadecimal digits that change with the names, sizes and times of the files at ``path``."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        told = file.stat()
        digest.update(f"{file.absolute()}\0{told.st_size}\0{told.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _nothing(found: Gathered) -> str:
    if found.members:
        return "There is no train folder beside val or test: put the pictures into train/<class>/<file>."
    if found.skipped:
        return f"None of the {found.skipped} files is a picture: put PNG or JPEG files into one folder per class."
    return "There are no pictures in class folders: put them into <class>/<file>."
