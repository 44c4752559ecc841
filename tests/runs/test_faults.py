"""The disk fails at the n-th write, for every n: what was saved stays valid, and the training goes on."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable

import pytest
import torch

from cnnviz import runs
from cnnviz.training.config import Config
from cnnviz.training.events import Note
from tests.promises import quick_and_full
from tests.runs.failing import ERRORS, Disk, failing
from tests.runs.made import begun, look, passed, state, stepped


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
    assert all(len(each) <= 140 and "disk is" in each for each in told)
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


def fail_everywhere(error: int, *, stays: bool) -> tuple[int, int]:
    """Fail the n-th thing asked of the disk, for every n until none is left: how many, and how many failures told."""
    failures = 0
    for at in itertools.count(1):
        run = runs.create(Config())
        disk, saved = Disk(at, stays=stays, error=error), -1
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
        goes_on(run, saved)
        runs.stand(run, "stopped")
        runs.delete(run)
        runs.purge(-1)
    return at - 1, failures


def goes_on(run: str, saved: int) -> None:
    """With room again."""
    with runs.writer(run) as write:
        write.event(begun(max(saved, 0)))
        write.event(passed(4))
        write.checkpoint(state(40))
    whole(run, 40)
    assert not list(runs.folder(run).rglob("*.part"))


@pytest.mark.promise("checkpoints")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("errors", quick_and_full(ERRORS[:1], ERRORS))
def test_the_disk_fails_at_every_write(errors: tuple[int, ...], figure: Callable[[str], None]) -> None:
    tries = failures = 0
    for error in errors:
        for stays in (False, True):
            at, failed = fail_everywhere(error, stays=stays)
            assert at > 45 and failed > 25
            tries, failures = tries + at, failures + failed
    names = ", ".join(errno.errorcode[each] for each in errors)
    figure(f"{tries} times {names} at the n-th open, write, fsync, rename, for every n: 0 lost, {failures} notes")


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
