"""``cifar10``: the archive that torchvision takes, downloaded when asked for, read and never unpickled."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from cnnviz.data.catalogue import DATASETS, DataSet, Watcher, archive, kept
from cnnviz.data.cifar_batches import read_batches
from cnnviz.data.downloads import Progress, fetch, verified
from cnnviz.data.splits import VALIDATION_MOST, VALIDATION_SHARE, BadData, Part, Splits, set_aside
from cnnviz.data.stored import cached, glimpse
from cnnviz.data.transfers import Opener, open_url

FILE = "cifar-10-python.tar.gz"
URL = f"https://www.cs.toronto.edu/~kriz/{FILE}"
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"  # as Keras and torchdata publish it
SIZE = 170_498_071  # bytes
TITLE = "CIFAR-10"
MISSING = f"CIFAR-10 has not been downloaded yet ({SIZE / 1e6:.0f} MB): start its download first."
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
COUNTS = (45_000, 5_000, 10_000)


def _found() -> Path | None:
    """The archive if it is there in its full length; its digest is checked when it is opened."""
    place = archive(FILE)
    return place if place is not None and place.stat().st_size == SIZE else None


def _open(watch: Watcher) -> Splits:
    return cached(_key(), lambda: _decoded(watch))


def _decoded(watch: Watcher) -> Splits:
    place = _found()
    if place is None:
        raise BadData(MISSING)
    if not verified(place, SHA256):
        if place.parent == kept():  # ours: the next download must not find it
            with contextlib.suppress(OSError):
                place.unlink()
        raise BadData(f"{FILE} is not the published file: download it again.")
    whole, test, classes = read_batches(place, watch)
    train, validation = set_aside(whole, VALIDATION_SHARE, most=VALIDATION_MOST)
    return Splits("cifar10", TITLE, classes, train, validation, test)


def _key() -> str:
    return f"cifar10-{SHA256[:16]}"


def _few(each: int) -> Part | None:  # noqa: ARG001 (all are mapped, whoever asks takes a few)
    return glimpse(_key())


def _lacking() -> str:
    return "" if _found() or _few(1) else MISSING


def _download(*, cancelled: Callable[[], bool] = lambda: False, opener: Opener = open_url) -> Iterator[Progress]:
    yield from fetch(URL, kept() / FILE, sha256=SHA256, size=SIZE, opener=opener, cancelled=cancelled)


DATASETS.add(
    DataSet(
        name="cifar10",
        title=TITLE,
        summary="60,000 photographs of ten classes, 32×32: what small networks have been compared on since 2009.",
        reference="Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html",
        classes=CLASSES,
        counts=COUNTS,
        open=_open,
        few=_few,
        lacking=_lacking,
        size=SIZE,
        download=_download,
        order=3,
    )
)
