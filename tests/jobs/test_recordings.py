"""Recordings: what is written is what is read, and what is damaged is none."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnviz.jobs import Snapshot, digest, recordings
from cnnviz.training.tasks.registry import TASKS

FACTS = {"seconds": 1.5, "date": "2026-01-02"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recordings, "RUNS", tmp_path)
    recordings._read.cache_clear()
    return tmp_path


@pytest.fixture
def task(tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(recordings, "task_of", lambda task: tiny.TASKS[task] if isinstance(task, str) else task)
    return tiny.TASKS["counting"]


def write(task: Any, settings: Any, events: list[Any]) -> Path:
    path = recordings.path_of(task, settings)
    path.write_bytes(recordings.packed(task, settings, events, **FACTS))
    return path


def test_what_is_written_is_read_to_six_digits(folder: Path, tiny: ModuleType, task: Any) -> None:
    pairs = ((1 / 3, math.inf), (), (2.0,))
    write(task, tiny.Settings(), [tiny.Event(0.5, 123456.789, pairs), tiny.Event(1.0, math.nan)])
    read = recordings.recorded(task, tiny.Settings())
    assert isinstance(read, Snapshot) and (read.state, read.progress, read.seconds) == ("done", 1.0, 1.5)
    assert (read.id, read.date, read.task) == (digest(task, tiny.Settings()), "2026-01-02", "counting")
    assert read.events[0] == tiny.Event(0.5, 123457.0, ((0.333333, math.inf), (), (2.0,)))
    assert math.isnan(read.events[1].value) and read.events[1].pair == ()


def test_other_settings_have_none(folder: Path, tiny: ModuleType, task: Any) -> None:
    write(task, tiny.Settings(), [])
    assert recordings.recorded(task, tiny.Settings(seed=1)) is None


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_recording_that_was_cut_short_is_none(folder: Path, tiny: ModuleType, task: Any, kept: float) -> None:
    path = write(task, tiny.Settings(), [tiny.Event(1.0, 1.0)])
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    assert recordings.recorded(task, tiny.Settings()) is None


def test_a_recording_of_other_events_is_none(folder: Path, tiny: ModuleType, task: Any) -> None:
    other = next(iter(TASKS.values()))
    packed = recordings.packed(other, other.settings(), [], **FACTS)
    told = recordings.unpacked(packed) | {"events": [[0.0] * 99]}
    import gzip
    import json

    recordings.path_of(task, tiny.Settings()).write_bytes(gzip.compress(json.dumps(told).encode()))
    assert recordings.recorded(task, tiny.Settings()) is None


def test_one_and_one_point_nought_are_the_same_setting(tiny: ModuleType) -> None:
    task = tiny.TASKS["counting"]
    assert digest(task, tiny.Settings(pause=1)) == digest(task, tiny.Settings(pause=1.0))
    assert digest(task, tiny.Settings(steps=5)) != digest(task, tiny.Settings(steps=6))
    assert digest(task, tiny.Settings()) != digest(tiny.TASKS["drawing"], tiny.Settings())
