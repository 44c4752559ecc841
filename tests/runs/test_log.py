"""The log survives being cut anywhere, keeps what the disk refuses, and tells only new bytes to those who follow."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import runs
from cnnviz.runs.following import curve_of
from cnnviz.runs.log import Log, event_in, line_of, mark
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Changed, Ended, Epoch, Event, Look, Note, Paused, Resumed, Saved
from tests.runs.made import begun, ended, look, passed, stepped

SOME: tuple[Event, ...] = (
    begun(),
    stepped(1),
    Changed(1, 0.1, 0.9, 0.0),
    Note(2, "a\nnote with „signs“ \u2028 and {braces}"),
    Paused(2),
    Resumed(2),
    passed(1),
    Saved(1, 10),
    ended(10),
)


def same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # nan is not equal to nan


def test_events_come_back_as_they_went() -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        for event in SOME:
            write.event(event)
    assert same(runs.events(run), SOME)
    assert same(runs.events(run, 4), SOME[4:]) and runs.events(run, 99) == () and same(runs.events(run, -1), SOME)


def test_a_look_is_a_light_mark_in_the_log() -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.event(look(3))
    (mark,) = runs.events(run)
    assert (mark.event, mark.epoch, mark.step, mark.layers) == ("look", 3, 30, ())
    assert mark.samples.pixels.array().size == 0
    assert runs.look(run, 3) == look(3) == runs.look(run) and runs.look(run, 4) is None
    assert runs.looks(run) == (3,)


def test_a_log_cut_at_any_byte_is_read_up_to_there_and_goes_on() -> None:
    run = runs.create(Config())
    lines = [line_of(event) for event in SOME]
    whole, path = b"".join(lines), runs.folder(run) / "events.jsonl"
    ends = np.cumsum([len(line) for line in lines])
    for cut in range(len(whole)):
        path.unlink(missing_ok=True)
        path.write_bytes(whole[:cut])
        count = int((ends <= cut).sum())
        assert same(runs.events(run), SOME[:count])
        if cut % 7 == 0:
            with runs.writer(run) as write:
                write.event(stepped(77))
            assert same(runs.events(run), (*SOME[:count], stepped(77)))


def test_a_damaged_line_costs_one_event() -> None:
    run = runs.create(Config())
    bad = (
        b"{}",
        b"[1]",
        b"null",
        b'{"event":"step"}',
        b'{"event":"look","epoch":"x","step":1}',
        b"\xff\xfe",
        b"[" * 5000,
    )
    assert [event_in(line) for line in bad] == [None] * len(bad)
    content = line_of(stepped(1)) + b"\n".join(bad) + b"\n" + line_of(stepped(2))
    (runs.folder(run) / "events.jsonl").write_bytes(content)
    assert runs.events(run) == (stepped(1), stepped(2))


def test_only_new_bytes_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.runs import following

    parsed: list[bytes] = []
    monkeypatch.setattr(following, "event_in", lambda line: (parsed.append(line), event_in(line))[1])
    run = runs.create(Config())
    with runs.writer(run) as write:
        for step in range(1, 50):
            write.event(stepped(step))
            for _ in range(3):
                assert len(runs.events(run)) == step
    assert len(parsed) == 49


def test_many_follow_while_one_writes() -> None:
    run = runs.create(Config())
    seen: list[list[int]] = [[] for _ in range(6)]
    over = threading.Event()

    def follow(mine: list[int]) -> None:
        while True:
            last = over.is_set()
            mine += [event.step for event in runs.events(run, len(mine))]
            if last:
                return

    threads = [threading.Thread(target=follow, args=(each,)) for each in seen]
    for thread in threads:
        thread.start()
    with runs.writer(run) as write:
        for step in range(600):
            write.event(stepped(step))
    over.set()
    for thread in threads:
        thread.join()
    assert seen == [list(range(600))] * 6


def test_what_the_disk_refuses_is_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, real, calls = Log(tmp_path / "log"), os.write, [0]

    def half(file: int, data: bytes) -> int:
        calls[0] += 1
        if calls[0] % 3 == 1:
            raise OSError(28, "No space left on device")
        return real(file, data[: max(1, len(data) // 2)])

    monkeypatch.setattr(os, "write", half)
    for step in range(40):
        log.append(stepped(step))
    assert log.trouble is not None
    monkeypatch.setattr(os, "write", real)
    log.append(stepped(40))
    assert log.trouble is None
    assert [event_in(line) for line in log.lines()] == [stepped(step) for step in range(41)]
    log.close()


def test_trouble_is_told_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(Config())

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with runs.writer(run) as write:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            write.event(stepped(1))
            assert "disk is full" in write.trouble and len(write.trouble) <= 140
        write.event(stepped(2))
        assert write.trouble == ""
    assert runs.events(run) == (stepped(1), stepped(2))


def test_what_was_told_twice_counts_once() -> None:
    first = [begun(), look(0), stepped(5), passed(1), look(1), stepped(12), stepped(15), ended(15)]
    again = [begun(12), stepped(15, loss=0.5), passed(2)]
    assert runs.kept(first) == tuple(first)
    kept = runs.kept([*first, *again])
    assert [event.event for event in kept] == [
        "begun",
        "look",
        "step",
        "epoch",
        "look",
        "step",
        "begun",
        "step",
        "epoch",
    ]
    assert [event.step for event in kept] == [0, 0, 5, 10, 10, 12, 12, 15, 20]
    assert runs.kept([*first, begun(0), stepped(1)]) == (begun(0), stepped(1))
    assert runs.kept([passed(1, 0.1), begun(10), passed(1, 0.2)]) == (begun(10), passed(1, 0.2))


def test_the_list_shows_the_epoch_that_counts() -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        for event in (begun(), passed(1, 0.1), passed(2, 0.2), begun(13)):
            write.event(event)
        assert (runs.summary(run).epoch, runs.summary(run).val_accuracy) == (1, 0.1)
        write.event(passed(2, 0.3))
        assert (runs.summary(run).epoch, runs.summary(run).val_accuracy) == (2, 0.3)


@pytest.mark.parametrize("count", [0, 1, 7, 100, 101, 2345])
def test_a_curve_of_few_points_has_the_means(count: int) -> None:
    events: list[Event] = [stepped(step, loss=step**0.5) for step in range(count)]
    curve = curve_of(events, 100)
    stretch = max(1, -(-count // 100))
    chunks = [range(start, min(start + stretch, count)) for start in range(0, count, stretch)]
    assert len(curve.steps["loss"]) == len(chunks) <= 100
    expected = [sum(step**0.5 for step in chunk) / len(chunk) for chunk in chunks]
    np.testing.assert_allclose(curve.steps["loss"], expected)


def test_a_curve_has_all_epochs_and_survives_divergence() -> None:
    events: list[Event] = [begun(), *(stepped(step, loss=float("inf")) for step in range(300)), passed(1), passed(2)]
    curve = curve_of(events, 10)
    assert np.isinf(curve.steps["loss"]).all()
    assert curve.epochs["epoch"].tolist() == [1, 2] and set(curve.epochs) >= {"val_loss", "val_accuracy", "seconds"}


def test_a_run_replaced_on_disk_is_read_anew(trained: Callable[..., str]) -> None:
    run = trained()
    path = runs.folder(run) / "events.jsonl"
    assert len(runs.events(run)) > 3
    new = path.with_name("new")
    new.write_bytes(line_of(stepped(1)))
    new.replace(path)
    assert runs.events(run) == (stepped(1),)


def test_what_counts_is_found_from_the_end_as_from_the_beginning() -> None:
    """One look at each event gives what taking them in one by one gives, for any order of starts, epochs and ends."""

    def one_by_one(events: list[Event]) -> tuple[Event, ...]:
        found: list[Event] = []
        for event in events:
            if isinstance(event, Begun):
                found = [each for each in found if 0 < event.step >= each.step and not isinstance(each, Ended)]
            elif isinstance(event, (Epoch, Look)):
                found = [each for each in found if type(each) is not type(event) or each.epoch != event.epoch]
            found.append(event)
        return tuple(found)

    chance = random.Random(3)
    for _ in range(300):
        kinds = [begun, stepped, passed, ended, lambda step: mark(step // 2, step)]
        told = [chance.choice(kinds)(chance.randrange(5)) for _ in range(chance.randrange(12))]
        assert repr(runs.kept(told)) == repr(one_by_one(told))


@pytest.mark.parametrize("fields", [{"step": "1"}, {"step": 1.5}, {"step": None}, {"step": [1]}, {"step": 2**60}])
def test_an_event_of_other_types_is_none(fields: dict[str, object]) -> None:
    assert event_in(json.dumps({"event": "paused", "step": 1}).encode()) is not None
    assert event_in(json.dumps({"event": "paused", **fields}).encode()) is None


def test_the_end_is_written_although_the_disk_failed_just_then(monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.event(begun())
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
            write.event(ended(5))
    assert [event.event for event in runs.events(run)] == ["begun", "ended"]
