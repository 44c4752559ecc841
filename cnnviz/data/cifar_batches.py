"""CIFAR-10's archive for Python: five training batches, a test batch and the names, read and never extracted."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cnnviz.data.catalogue import Watcher, unwatched
from cnnviz.data.pickles import read_pickle
from cnnviz.data.splits import BadData, Part

FOLDER = "cifar-10-batches-py"
TRAIN = tuple(f"data_batch_{k}" for k in range(1, 6))
TEST, META = "test_batch", "batches.meta"
MOST_BYTES = 40_000_000  # a batch has 31 MB


def read_batches(path: Path, watch: Watcher = unwatched) -> tuple[Part, Part, tuple[str, ...]]:
    """Training images, test images and class names of the archive at ``path``; nothing is extracted.

    Raises :class:`BadData` if a batch is missing, damaged, or says something else than images and labels.
    """
    try:
        found = _files(path, watch)
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        if isinstance(error, BadData):
            raise
        raise BadData(f"{path.name[:40]} is damaged or cut short: download it again.") from None
    lost = [name for name in (*TRAIN, TEST, META) if name not in found]
    if lost:
        raise BadData(f"{path.name[:40]} has no {lost[0]}: download it again.")
    classes = found[META].get("label_names")
    if not isinstance(classes, list) or not classes or not all(isinstance(name, str) for name in classes):
        raise BadData(f"{META} holds no class names: download the archive again.")
    batches = [_part(found[name], len(classes)) for name in TRAIN]
    images, labels = (np.concatenate([getattr(part, name) for part in batches]) for name in ("images", "labels"))
    return Part(images, labels), _part(found[TEST], len(classes)), tuple(classes)


def _files(path: Path, watch: Watcher) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with tarfile.open(path, "r:gz") as opened:
        for info in opened:
            place = PurePosixPath(info.name)
            wanted = place.parent == PurePosixPath(FOLDER) and place.name in {*TRAIN, TEST, META}
            file = opened.extractfile(info) if wanted and info.isreg() and info.size <= MOST_BYTES else None
            if file is not None:
                found[place.name] = read_pickle(file.read())
                watch(min(10_000 * len(found), 60_000), 60_000)
    return found


def _part(batch: dict[str, Any], classes: int) -> Part:
    """Rows of 1,024 red, 1,024 green and 1,024 blue values to images."""
    data, labels = batch.get("data"), batch.get("labels")
    if not isinstance(data, np.ndarray) or data.ndim != 2 or data.shape[1] != 3_072 or not isinstance(labels, list):
        raise BadData("A CIFAR-10 batch holds no images and labels: download the archive again.")
    if len(labels) != len(data) or not all(type(label) is int and 0 <= label < classes for label in labels):
        raise BadData("A CIFAR-10 batch has labels that fit no image or class: download the archive again.")
    images = np.ascontiguousarray(data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return Part(images, np.array(labels, dtype=np.int64))
