"""Whatever else is saved: at every n-th failure of the disk it is whole as before, whole anew, or absent."""

from __future__ import annotations

import errno
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import runs
from cnnviz.data import stored
from cnnviz.data.downloads import DownloadError, fetch
from cnnviz.data.splits import Part, Splits
from cnnviz.data.whole import write_whole
from cnnviz.models import uploaded
from cnnviz.runs.mirroring import Piece, mirror
from cnnviz.training.config import Config
from tests.data.lying import CONTENT, DIGEST, Liar
from tests.data.test_lying_server import OPENER
from tests.promises import quick_and_full
from tests.runs.failing import ERRORS, Disk, failing
from tests.runs.made import passed

Trained = Callable[..., str]


class Saved(ABC):
    """One thing that is saved: ``save`` writes it, ``sound`` says whether what is on disk is whole, or nothing."""

    raises: tuple[type[Exception], ...] = (runs.BadRun,)

    def __init__(self, place: Path, trained: Trained) -> None:
        self.place, self.run = place, trained(epochs=1, label="old")

    @abstractmethod
    def save(self) -> None:
        """Write it."""

    @abstractmethod
    def sound(self) -> bool:
        """Whether what is on disk is whole, or nothing."""

    @abstractmethod
    def new(self) -> bool:
        """Whether it is as a save that did not fail leaves it."""


class Label(Saved):
    def save(self) -> None:
        runs.rename(self.run, "new")

    def sound(self) -> bool:
        return runs.summary(self.run).label in {"old", "new"}

    def new(self) -> bool:
        return runs.summary(self.run).label == "new"


class Trash(Saved):
    """Deleted and brought back: it is in one place or in the other."""

    def save(self) -> None:
        runs.delete(self.run)
        runs.restore(self.run)

    def sound(self) -> bool:
        if not self.new():
            runs.restore(self.run)
        return self.new()

    def new(self) -> bool:
        return self.run in [each.id for each in runs.listed()] and runs.checkpoint(self.run) is not None


class Import(Saved):
    """Taken in from a file: all of it or nothing of it."""

    def __init__(self, place: Path, trained: Trained) -> None:
        super().__init__(place, trained)
        self.data = runs.export(self.run)

    def save(self) -> None:
        runs.admit(self.data)

    def sound(self) -> bool:
        there = runs.listed()
        return len(there) in {1, 2} and all(runs.weights(each.id) for each in there)

    def new(self) -> bool:
        return len(runs.listed()) == 2


class New(Saved):
    """A run that is asked for: whole or absent."""

    def save(self) -> None:
        runs.create(Config(), label="new")

    def sound(self) -> bool:
        return all(each.label in {"old", "new"} for each in runs.listed())

    def new(self) -> bool:
        return "new" in [each.label for each in runs.listed()]


class Mirrored(Saved):
    """What another machine wrote, put into our folder: each file whole, the log with whole lines."""

    raises = (OSError,)

    def __init__(self, place: Path, trained: Trained) -> None:
        super().__init__(place, trained)
        self.target = place / "mirror" / self.run

    def save(self) -> None:
        source, target = runs.folder(self.run), self.target
        for name in ("run.json", "checkpoints/last.json"):
            mirror(target, Piece(name, (source / name).read_bytes()))
        log, at = runs.log.line_of(passed(1)), 0
        for _ in range(3):
            mirror(target, Piece("events.jsonl", log, at=at))
            at += len(log)

    def sound(self) -> bool:
        there = (self.target / name for name in ("run.json", "checkpoints/last.json"))
        right = all(not each.exists() or each.read_bytes()[-1:] in b"}" for each in there)
        return right and len(runs.log.lines_of(self._log())) == self._log().count(b"\n")

    def new(self) -> bool:
        return self._log().count(b"\n") == 3

    def _log(self) -> bytes:
        path = self.target / "events.jsonl"
        return path.read_bytes() if path.exists() else b""


class Whole(Saved):
    """Any small file: cards, patches, pictures of the command line."""

    raises = (OSError,)

    def save(self) -> None:
        write_whole(self.place / "file", b"new" * 1000)

    def sound(self) -> bool:
        path = self.place / "file"
        return not path.exists() or self.new()

    def new(self) -> bool:
        return (self.place / "file").exists() and (self.place / "file").read_bytes() == b"new" * 1000


class Network(Saved):
    """Weights that a student uploads; :func:`uploaded.admit` makes the error a sentence."""

    raises = (OSError,)

    def save(self) -> None:
        uploaded._keep(uploaded._folder() / "own-0123456789abcdef.json", b"weights", {"classes": []})

    def sound(self) -> bool:
        card, data = (uploaded._folder() / f"own-0123456789abcdef.{kind}" for kind in ("json", "safetensors"))
        return not card.exists() or (data.read_bytes() == b"weights" and card.read_bytes() == b'{"classes": []}')

    def new(self) -> bool:
        return (uploaded._folder() / "own-0123456789abcdef.json").exists() and self.sound()


class Prepared(Saved):
    """A prepared set of pictures: stored or, where that cannot be, made again."""

    def save(self) -> None:
        part = Part(np.zeros((4, 8, 8, 3), np.uint8), np.arange(4))
        made = stored.cached("set", lambda: Splits("set", "set", ("a",) * 4, part, part, part))
        assert made.train.images.shape == (4, 8, 8, 3)

    def sound(self) -> bool:
        found = stored.read(stored._cache() / "set")
        return found is None or found.train.labels.tolist() == [0, 1, 2, 3]

    def new(self) -> bool:
        return stored.read(stored._cache() / "set") is not None


class Download(Saved):
    raises = (DownloadError,)

    def __init__(self, place: Path, trained: Trained) -> None:
        super().__init__(place, trained)
        self.liar = Liar()

    def save(self) -> None:
        list(fetch(self.liar.url, self.place / "weights.bin", sha256=DIGEST, opener=OPENER))

    def sound(self) -> bool:
        path = self.place / "weights.bin"
        return not path.exists() or path.read_bytes() == CONTENT

    def new(self) -> bool:
        return (self.place / "weights.bin").exists() and self.sound()


KINDS: tuple[type[Saved], ...] = (Label, Trash, Import, New, Mirrored, Whole, Network, Prepared, Download)


@pytest.mark.promise("checkpoints")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("errors", quick_and_full(ERRORS[:1], ERRORS))
@pytest.mark.parametrize("kind", KINDS)
def test_at_every_failure_it_is_whole_old_or_absent(
    kind: type[Saved], errors: tuple[int, ...], *, tmp_path: Path, trained: Trained, figure: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tries = done = 0
    for error, stays in itertools.product(errors, (False, True)[: len(errors)]):  # quick: once
        for at in itertools.count(1):
            place = tmp_path / f"{error}-{stays}-{at}"
            place.mkdir()
            monkeypatch.setenv("CNNVIZ_DATA", str(place))
            one, disk = kind(place, trained), Disk(at, stays=stays, error=error)
            told = saved_on(one, disk)
            assert one.sound(), f"{at}: {errno.errorcode[error]}"
            assert len(told) <= 140
            assert told or one.new() or kind is Prepared, f"{at}: it said nothing, and is not there"
            if disk.asked < at:
                break
            one.save() if kind is not Trash else None
            assert one.new(), "with room again it is not there"
            tries, done = tries + 1, done + (not told)
    figure(f"{kind.__name__.lower()}: {tries} failures at the n-th open, write, rename: whole, as before or absent")


def saved_on(one: Saved, disk: Disk) -> str:
    """Save on a failing disk; the sentence that it ends in."""
    try:
        with failing(disk):
            one.save()
    except one.raises as error:
        return sentence_of(error)
    return ""


def sentence_of(error: Any) -> str:
    return error.strerror if isinstance(error, OSError) else str(error)
