"""The menu of data sets, and what every item of it says about itself without being opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cnnviz.data.downloads import Progress
from cnnviz.data.splits import Part, Splits
from cnnviz.paths import user_data
from cnnviz.registry import Registry

#: Told (done, total) in images while a set is prepared.
Watcher = Callable[[int, int], None]


def unwatched(done: int, total: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class DataSet:
    """One data set of the menu: all but ``open`` and ``download`` is cheap to ask.

    ``counts`` are the numbers of images to train on, to validate and to test with. ``open`` prepares or maps the
    arrays. ``lacking`` returns the sentence that says what has to be done first, or nothing. ``download``, where there
    is one, fetches ``size`` bytes: ``download(cancelled=…) -> Iterator[Progress]``. ``few(n)`` gives about n training
    images of each class, or None if that would mean opening the set.
    """

    name: str
    title: str
    summary: str
    reference: str
    classes: tuple[str, ...]
    counts: tuple[int, int, int]
    open: Callable[[Watcher], Splits] = field(repr=False)
    few: Callable[[int], Part | None] = field(repr=False)
    lacking: Callable[[], str] = field(default=str, repr=False)
    side: int = 32
    size: int | None = None
    download: Callable[..., Iterator[Progress]] | None = field(default=None, repr=False)
    order: int = 1000

    @property
    def missing(self) -> str:
        """One sentence if the set cannot be opened now, else nothing."""
        return self.lacking()

    def available(self) -> bool:
        """Whether it can be opened now."""
        return not self.lacking()


DATASETS: Registry[DataSet] = Registry("data set", "cnnviz.data.sets")


def kept() -> Path:
    """Where downloaded archives and sets of one's own are. Not created here."""
    return user_data() / "datasets"


def archive(file: str) -> Path | None:
    """The archive called ``file``: among the downloads, or in the data folder that ``CNNVIZ_SHARED`` names."""
    shared = os.environ.get("CNNVIZ_SHARED", "").strip()
    places = [kept(), *([Path(shared, "data")] if shared else [])]
    return next((place / file for place in places if (place / file).is_file()), None)
