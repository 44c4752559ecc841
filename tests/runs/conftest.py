"""Runs in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz import runs
from cnnviz.runs import recorded
from cnnviz.training.config import Config
from tests.runs.made import begun, ended, look, passed, state, stepped


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs of this test."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    monkeypatch.setattr(os, "fsync", lambda _: None)  # it is for a loss of power, and takes 40 ms
    return tmp_path / "runs"


@pytest.fixture
def trained() -> Callable[..., str]:
    """Make a run of some epochs that was stopped, with a look and a checkpoint after each."""

    def make(epochs: int = 2, label: str = "") -> str:
        run = runs.create(Config(epochs=5), label=label, by="somebody")
        with runs.writer(run) as write:
            write.event(begun())
            write.event(look(0))
            write.checkpoint(state(0))
            for epoch in range(1, epochs + 1):
                write.event(stepped(10 * epoch - 5))
                write.event(passed(epoch, epoch / 10))
                write.event(look(epoch))
                write.checkpoint(state(10 * epoch))
            write.event(ended(10 * epochs))
        runs.stand(run, "stopped", "somebody stopped it")
        return run

    return make
