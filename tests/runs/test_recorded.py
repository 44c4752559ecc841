"""Runs that come with the program: listed behind one's own, read like them, never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz import runs
from cnnviz.runs import recorded

Trained = Callable[..., str]


@pytest.fixture
def shipped(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a run that was exported into a folder of recorded runs, and is no longer on disk."""
    run = trained(epochs=2, label="recorded")
    folder = tmp_path / "recorded"
    folder.mkdir()
    (folder / f"{run}.zip").write_bytes(runs.export(run, all_looks=True))
    (folder / "0123456789ab.zip").write_bytes(b"damaged")
    (folder / "notes.zip").write_bytes(b"none")
    runs.delete(run)
    runs.purge(-1)
    monkeypatch.setattr(recorded, "FOLDER", folder)
    return run


def test_it_is_listed_last_and_read_like_any_other(shipped: str, trained: Trained) -> None:
    own = trained()
    assert [(each.id, each.recorded) for each in runs.listed()] == [(own, False), (shipped, True)]
    found = runs.summary(shipped)
    assert (found.state, found.epoch, found.saved, found.label, found.resumable) == ("done", 2, (2,), "recorded", False)
    assert repr(runs.events(shipped)) == repr(runs.events(own)) and repr(runs.events(shipped, 3)) == repr(
        runs.events(own, 3)
    )
    assert runs.looks(shipped) == (0, 1, 2) and runs.look(shipped, 1) == runs.look(own, 1)
    assert runs.curve(shipped).epochs["epoch"].tolist() == [1, 2]
    assert runs.checkpoint(shipped, 2).facts["step"] == 20 and runs.checkpoint(shipped) is None
    assert runs.threads(shipped) == 2 and runs.standing(shipped) == ("done", "")
    assert runs.networks()[1].name == f"run-{shipped}@2"


def test_it_cannot_be_changed(shipped: str) -> None:
    for ask in (
        runs.delete,
        runs.writer,
        runs.folder,
        lambda run: runs.rename(run, "x"),
        lambda run: runs.stand(run, "done"),
    ):
        with pytest.raises(runs.BadRun):
            ask(shipped)
    assert runs.summary(shipped).label == "recorded"


def test_it_can_be_exported_and_taken_in(shipped: str) -> None:
    new = runs.admit(runs.export(shipped))
    assert not runs.summary(new).recorded and runs.summary(new).label == "recorded"
