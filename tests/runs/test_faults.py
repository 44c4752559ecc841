"""The disk fails at the n-th write, for every n: what was saved stays valid, and the training goes on."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import pytest
import torch

from cnnviz import runs
from cnnviz.training.config import Config
from cnnviz.training.events import Note
from tests.runs.made import begun, look, passed, state, stepped

WRITES = ("open", "write", "fsync", "replace", "rename", "ftruncate", "unlink", "mkdir")


class Disk:
    """Counts what is asked of the disk; the n-th time it fails, once or from then on, half of the bytes written."""

    def __init__(self, fails_at: int, *, stays: bool) -> None:
        self.asked, self.fails_at, self.stays = 0, fails_at, stays

    def bad(self) -> bool:
        self.asked += 1
        return self.asked == self.fails_at or (self.stays and self.asked > self.fails_at)

    def error(self) -> OSError:
        return OSError(errno.ENOSPC, "No space left on device")


class File:
    """What ``Path.open("wb")`` gives: its bytes go through the failing disk too."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk
        self.flush, self.fileno = file.flush, file.fileno

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        if self._disk.bad():
            self._file.write(data[: len(data) // 2])
            raise self._disk.error()
        return int(self._file.write(data))


@contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """All that writes goes through ``disk`` inside."""
    real_open, real_write = io.open, os.write

    def wrapped(real: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if disk.bad():
                if real is real_write:
                    real(args[0], args[1][: len(args[1]) // 2])
                raise disk.error()
            return real(*args, **kwargs)

        return call

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "w" not in mode:
            return real_open(file, mode, *args, **kwargs)
        if disk.bad():
            raise disk.error()
        return File(real_open(file, mode, *args, **kwargs), disk)

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(os, name, wrapped(getattr(os, name)))
        patch.setattr(io, "open", opened)
        yield


def train(run: str) -> tuple[int, int]:
    """A training as the worker does it, where failing to save becomes a note: the last step saved, and the failures."""
    saved, told = -1, list[str]()
    with runs.writer(run) as write:
        write.event(begun(0))
        for step in range(3):
            if step:
                write.event(stepped(10 * step))
                write.event(passed(step))
                write.event(look(step))
            try:
                write.checkpoint(state(10 * step))
                saved = 10 * step
            except runs.NotSaved as error:
                told.append(str(error))
                write.event(Note(10 * step, str(error)))
    assert all(len(each) <= 140 and "disk is full" in each for each in told)
    return saved, len(told)


def whole(run: str, saved: int) -> None:
    """All that is on disk is valid, and at least as new as what was said to be saved."""
    last = runs.checkpoint(run)
    step = -1 if last is None else int(last.facts["step"])
    assert step >= saved
    if last is not None:
        assert torch.equal(last.tensors["network.weight"], state(step).tensors["network.weight"])
    for epoch in runs.summary(run).saved:
        found = runs.checkpoint(run, epoch)
        assert found is not None and int(found.tensors["network.count"]) == 10 * epoch
    assert all(runs.look(run, epoch) == look(epoch) for epoch in runs.looks(run))


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from then on"])
def test_the_disk_fails_at_every_write(stays: bool) -> None:
    at, failures = 0, 0
    while True:
        at += 1
        run = runs.create(Config())
        disk, saved = Disk(at, stays=stays), -1
        with failing(disk):
            try:
                saved, failed = train(run)
                failures += failed
            except OSError:  # the log could not even be opened
                failures += 1
        whole(run, saved)
        if disk.asked < at:
            break
        if not stays:
            steps = [event.step for event in runs.events(run) if event.event == "step"]
            assert steps in ([10, 20], [])
        # with room again it goes on
        with runs.writer(run) as write:
            write.event(begun(max(saved, 0)))
            write.event(passed(4))
            write.checkpoint(state(40))
        whole(run, 40)
        assert not list(runs.folder(run).rglob("*.part"))
        runs.stand(run, "stopped")
        runs.delete(run)
        runs.purge(-1)
    assert at > 45 and failures > 25


def test_a_file_may_not_grow_further() -> None:
    """The same by the system itself: a limit on the size of files, which cuts writes in the middle."""
    resource = pytest.importorskip("resource")
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.checkpoint(state(0))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
            with pytest.raises(runs.NotSaved, match="disk is full"):
                write.checkpoint(state(5, size=100))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert runs.checkpoint(run).facts["step"] == 0
        write.checkpoint(state(7, size=100))
    assert runs.checkpoint(run).facts["step"] == 7
