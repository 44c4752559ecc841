"""A real training goes on while the disk fails, says so once, and loses nothing that was saved."""

from __future__ import annotations

import errno
import functools
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from cnnviz import runs
from cnnviz.data.sets import opened
from cnnviz.jobs.run_worker import UNWRITTEN, work
from cnnviz.runs.errors import sentence
from cnnviz.training.config import Config
from cnnviz.training.events import Ended, Note, Saved
from tests.promises import quick_and_full
from tests.runs.failing import Disk, failing

STACK = "conv 4 5 s4; relu\nglobal\nfc 10"
TINY = Config(
    data="shapes", network="stack", stack=STACK, batch=32, epochs=2, limit=64, precision="float32", device="cpu"
)
Weights = dict[str, torch.Tensor]


def silent(seconds: float) -> None:
    """No commands."""


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads = torch.get_num_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr("cnnviz.data.sets.opened", functools.cache(opened))
    yield
    torch.set_num_threads(threads)


def trained() -> Path:
    return runs.folder(runs.create(TINY))


@pytest.fixture
def undisturbed() -> dict[int, Weights]:
    """The weights after each epoch where nothing fails; and all that a first training imports is there."""
    folder = trained()
    work(folder, silent)
    return {epoch: runs.checkpoint(folder, epoch).network for epoch in range(TINY.epochs + 1)}


def damage(folder: Path, right: dict[int, Weights], told: list[Saved]) -> str:
    """What is wrong on disk: each checkpoint holds the very weights of its epoch, and all that was told is there."""
    last = runs.checkpoint(folder)
    epoch = int(last.facts["epoch"]) if last is not None else -1
    if told and epoch < told[-1].epoch:
        return f"epoch {told[-1].epoch} was told, {epoch} is there"
    found = {each: runs.checkpoint(folder, each).network for each in runs.summary(folder).saved}
    if last is not None:
        found[epoch] = last.network
    for epoch, tensors in found.items():
        if any(not torch.equal(tensors[name], value) for name, value in right[epoch].items()):
            return f"epoch {epoch} has other weights"
    return ""


def words(folder: Path, *, ends: bool = True) -> list[str]:
    """All sentences that a student is shown of it; without ``ends`` only the warnings."""
    notes = [event.text for event in runs.events(folder) if isinstance(event, Note)]
    return [each for each in (*notes, runs.standing(folder)[1] if ends else "") if each]


def ways(thorough: bool) -> Iterator[tuple[int, bool, int]]:
    """(n, whether it stays so, the error): every n, or a part of them."""
    for stays, error in itertools.product((False, True), (errno.ENOSPC, errno.EIO) if thorough else (errno.ENOSPC,)):
        first = 1 + (7 if stays else 0) * (not thorough)
        yield from ((at, stays, error) for at in range(first, 10_000, 1 if thorough else 11))


@pytest.mark.promise("checkpoints")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("thorough", quick_and_full(False, True))
def test_a_training_goes_on_whatever_write_fails(
    thorough: bool, undisturbed: dict[int, Weights], figure: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    tries = ended = warned = unbegun = 0
    done: set[tuple[bool, int]] = set()
    for at, stays, error in ways(thorough):
        if (stays, error) in done:
            continue
        folder, disk = trained(), Disk(at, stays=stays, error=error)
        with failing(disk):
            work(folder, silent)
        if disk.asked < at:
            done.add((stays, error))
            continue
        told = [event for event in runs.events(folder) if isinstance(event, Saved)]
        assert damage(folder, undisturbed, told) == "", f"{at}, {stays}, {errno.errorcode[error]}"
        assert all(len(each) <= 140 for each in words(folder))
        begun = bool(runs.events(folder))
        reached = any(isinstance(event, Ended) for event in runs.events(folder))
        tries, unbegun, warned = tries + 1, unbegun + (not begun), warned + bool(words(folder, ends=False))
        ended += reached
        assert reached or stays or not begun, f"{at}: one failure, and its end is not told"
        goes_on(folder, undisturbed)
    assert len(done) == (4 if thorough else 2) and ended > tries / 4 and warned > tries / 10
    capsys.readouterr()  # where the log could not be opened, why
    figure(f"{tries} real trainings, failing at the n-th write: {ended} told their end, {warned} a warning, 0 lost")


def goes_on(folder: Path, undisturbed: dict[int, Weights]) -> None:
    """With room again: to the same bits."""
    if runs.standing(folder)[0] != "done":
        runs.stand(folder, "queued")
        work(folder, silent)
    assert runs.standing(folder)[0] == "done"
    if TINY.epochs in runs.summary(folder).saved:
        assert damage(folder, undisturbed, []) == ""
    assert not list(folder.rglob("*.part")) or runs.standing(folder)[0] == "done"
    runs.stand(folder, "stopped")
    runs.delete(folder.name)
    runs.purge(-1)


def test_a_log_that_cannot_be_opened_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained()
    (folder / "events.jsonl").mkdir()
    work(folder, silent)
    assert runs.standing(folder) == ("interrupted", UNWRITTEN) and len(UNWRITTEN) <= 140
    assert "Traceback" in capsys.readouterr().err


def test_a_folder_that_is_deleted_in_the_middle_ends_quietly(undisturbed: dict[int, Weights]) -> None:
    """Whoever deletes the folder of a run that trains loses that run and nothing else."""
    import shutil

    for after in range(1, 5):
        folder, asked = trained(), itertools.count()

        def delete(seconds: float, folder: Path = folder, asked: Iterator[int] = asked, after: int = after) -> None:
            if next(asked) == after:
                shutil.rmtree(folder)

        work(folder, delete)
        assert not folder.exists() or not (folder / "run.json").exists()
        assert runs.listed() is not None


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ESTALE])
def test_every_error_of_a_disk_has_its_sentence(error: int) -> None:
    told = sentence(OSError(error, os.strerror(error)), "A checkpoint")
    assert 20 <= len(told) <= 140 and told.endswith(".")
    assert ("full" in told) == (error in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
