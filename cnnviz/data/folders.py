"""Labelled images on disk: a folder or a tar archive with ``<split>/<class>/<file>`` inside.

An archive is read member by member and never extracted.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Labelled:
    """Images uint8 ``(H, W, 3)``, perhaps of different sizes, one label each, and the class names that labels index."""

    images: tuple[Image, ...]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def files(source: Path, split: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield ``(class, file name, content)`` of every image of ``split``, sorted by path."""
    if source.is_dir():
        for path in sorted((source / split).glob("*/*")):
            yield path.parent.name, path.name, path.read_bytes()
        return
    with tarfile.open(source) as archive:
        found = []
        for member in archive:
            parts = Path(member.name).parts
            if member.isfile() and len(parts) >= 3 and parts[-3] == split:
                content = archive.extractfile(member)
                if content is not None:
                    found.append((parts[-2], parts[-1], content.read()))
    yield from sorted(found)


def read(source: Path, split: str, *, shorter_side: int = 0) -> Labelled:
    """Decode every image of ``split``; ``shorter_side``, if given, is what each is scaled to.

    Raises :class:`FileNotFoundError` if there is no image of that split.
    """
    from cnnviz.data.images import decode, fit_shorter_side

    images, names = [], []
    for name, _, content in files(source, split):
        image = decode(content)
        images.append(fit_shorter_side(image, shorter_side) if shorter_side else image)
        names.append(name)
    if not images:
        raise FileNotFoundError(f"{source} holds no {split}/<class>/<file> images")
    classes = tuple(sorted(set(names)))
    index = {name: k for k, name in enumerate(classes)}
    return Labelled(tuple(images), np.array([index[name] for name in names], dtype=np.int64), classes)
