"""A deleted run comes back for a day; one on its way is not deleted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz import runs
from cnnviz.training.config import Config

Trained = Callable[..., str]


def test_deleting_and_taking_it_back(trained: Trained) -> None:
    run = trained(label="precious")
    before = runs.summary(run)
    runs.delete(run)
    assert runs.listed() == () and not runs.networks()
    with pytest.raises(runs.BadRun):
        runs.events(run)
    runs.restore(run)
    assert runs.summary(run) == before and runs.checkpoint(run) is not None
    with pytest.raises(runs.BadRun, match="no longer in the trash"):
        runs.restore(run)


def test_one_of_a_day_ago_is_gone(trained: Trained, home: Path) -> None:
    old, new = trained(), trained()
    runs.delete(old)
    runs.delete(new)
    day = time.time() - 25 * 3600
    os.utime(home / ".trash" / old, (day, day))
    assert runs.listed() == ()
    assert [path.name for path in (home / ".trash").iterdir()] == [new]
    with pytest.raises(runs.BadRun, match="kept for a day"):
        runs.restore(old)


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_one_on_its_way_stays(state: str) -> None:
    run = runs.create(Config())
    runs.stand(run, state)
    with pytest.raises(runs.BadRun, match="stop it first"):
        runs.delete(run)
    assert runs.summary(run).state == state


def test_one_that_is_written_stays(trained: Trained) -> None:
    run = trained()
    with runs.writer(run), pytest.raises(runs.BadRun, match="stop it first"):
        runs.delete(run)


def test_nothing_else_is_purged(home: Path) -> None:
    (home / ".trash" / "notes").mkdir(parents=True)
    assert runs.purge(-1) == 0 and (home / ".trash" / "notes").exists()
