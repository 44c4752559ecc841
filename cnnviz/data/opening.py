"""From a name to a data set: one of the menu, one of a student's own, or a path of who runs the program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import own
from cnnviz.data.catalogue import DATASETS, DataSet, Watcher, unwatched
from cnnviz.data.class_folders import open_path
from cnnviz.data.splits import BadData, Splits


def opened(name: str, *, progress: Watcher | None = None, paths: bool = False) -> Splits:
    """The arrays of the data set ``name``: of the menu, of one's own, or, if ``paths`` is set, at that path.

    A path is a folder or a zip, tar, tar.gz or tar.xz of ``<class>/<file>`` or ``train|val|test/<class>/<file>``. Only
    the command line may set ``paths``: never for a text from a browser. ``progress(done, total)`` is told the images
    that have been prepared. What was prepared once is mapped from the cache. Raises :class:`BadData` with one sentence.
    """
    watch = progress or unwatched
    if paths and name not in DATASETS and not own.is_own(name):
        return open_path(Path(name).expanduser(), watch)
    item = known(name)
    if item.missing:
        raise BadData(item.missing)
    return item.open(watch)


def known(name: str) -> DataSet:
    """What the data set ``name`` says about itself, unopened; raises :class:`BadData` if there is none."""
    if own.is_own(name):
        return own.own(name)
    if name not in DATASETS:
        raise BadData(f"No data set is called “{name[:30]}”: take one of {', '.join(DATASETS)}.")
    return DATASETS[name]


def menu(by: str | None = None) -> tuple[DataSet, ...]:
    """All that can be chosen, unopened: the registry, then the sets that ``by`` has uploaded (anybody's if None)."""
    return *DATASETS.values(), *own.listed(by)


def examples(name: str, per_class: int = 8) -> dict[str, NDArray[np.uint8]]:
    """A few training images of each class, uint8 ``(n, H, W, 3)``, without opening the set.

    Empty if that would mean preparing it first: an archive that was never opened. Raises :class:`BadData`.
    """
    item = known(name)
    part = item.few(per_class)
    if part is None:
        return {}
    found = {}
    for number, label in enumerate(item.classes):
        found[label] = np.array(part.images[np.flatnonzero(part.labels == number)[:per_class]])
    return found
