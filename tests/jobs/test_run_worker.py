"""One sitting of a run, in this process: commands between two steps, checkpoints, and ends of every kind.

The training is real and tiny; what undisturbed training gives is the oracle.
"""

from __future__ import annotations

import errno
import functools
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnviz import runs
from cnnviz.data.sets import opened
from cnnviz.jobs.run_worker import Inbox, work
from cnnviz.jobs.sitting import LEFT
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Changed, Ended, Note, Paused, Resumed, Saved, Step

STACK = "conv 8 5 s4; relu\nconv 16 3; relu\nglobal\nfc 10"
TINY = Config(
    data="shapes", network="stack", stack=STACK, batch=32, epochs=3, limit=320, precision="float32", device="cpu"
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_DATA", str(tmp_path_factory.mktemp("runs")))
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setattr("cnnviz.data.sets.opened", functools.cache(opened))  # drawn once, not forty times
        yield
    torch.set_num_threads(threads)


def silent(seconds: float) -> None:
    """No commands."""


def script(*commands: str | dict[str, Any], after: int = 1) -> Callable[[float], dict[str, Any] | None]:
    """Says one command each time it is asked, beginning at the ``after``-th time."""
    waiting = [None] * after + [{"do": each} if isinstance(each, str) else each for each in commands]
    return lambda seconds: waiting.pop(0) if waiting else None


def made(config: Config = TINY) -> Path:
    return runs.folder(runs.create(config))


def told(folder: Path, *kinds: type[Any]) -> list[Any]:
    return [event for event in runs.events(folder) if not kinds or isinstance(event, kinds)]


@pytest.fixture(scope="module")
def undisturbed() -> Path:
    folder = made()
    work(folder, silent)
    return folder


def same(one: Path, other: Path) -> bool:
    """Whether all that training goes on with is equal to the last bit, and so are the saved epochs."""
    a, b = runs.checkpoint(one), runs.checkpoint(other)
    assert a.tensors.keys() == b.tensors.keys()
    whole = all(torch.equal(a.tensors[name], b.tensors[name]) for name in a.tensors)
    first, second = (runs.checkpoint(each, TINY.epochs).tensors for each in (one, other))
    return whole and all(torch.equal(first[name], second[name]) for name in first)


def test_a_whole_run(undisturbed: Path) -> None:
    assert runs.standing(undisturbed)[0] == "done"
    assert [event.epoch for event in told(undisturbed, Saved)] == [0, 1, 2, 3]
    assert told(undisturbed, Ended)[0].state == "done"
    assert runs.looks(undisturbed) == (0, 1, 2, 3)


def test_pause_step_change_resume_stop() -> None:
    folder = made()
    rate = {"do": "change", "lr": 0.01}
    work(folder, script("pause", None, "step", None, rate, "step", None, "resume", "stop", after=3))
    events = [event for event in told(folder) if not isinstance(event, (Saved, Begun))]
    start = next(k for k, event in enumerate(events) if isinstance(event, Paused))
    paused, *events = events[start:]
    at = paused.step
    assert [type(event) for event in events] == [Step, Changed, Step, Resumed, Ended]
    assert [event.step for event in events] == [at + 1, at + 1, at + 2, at + 2, at + 2]
    assert events[1].lr == 0.01 and events[-1].state == "stopped"
    assert runs.standing(folder)[0] == "stopped" and runs.checkpoint(folder).facts["step"] == at + 2
    runs.stand(folder, "queued")
    work(folder, silent)
    assert told(folder, Begun)[-1].step == at + 2 and runs.standing(folder)[0] == "done"
    assert runs.checkpoint(folder).facts["lr"] == 0.01


def test_where_a_run_is_while_it_pauses() -> None:
    folder, seen = made(), []
    commands = script("pause", None, "step", None, None, "resume", "leave", after=2)

    def watched(seconds: float) -> dict[str, Any] | None:
        seen.append(runs.standing(folder)[0])
        return commands(seconds)

    work(folder, watched)
    assert seen == ["running"] * 3 + ["paused"] * 5 + ["running"]


@pytest.mark.parametrize("after", [2, 3])
def test_a_run_that_left_goes_on_to_the_same_bits(undisturbed: Path, after: int) -> None:
    folder = made()
    for _ in range(30):
        work(folder, script("leave", after=after))
        if runs.standing(folder)[0] == "done":
            break
        assert runs.standing(folder) == ("interrupted", LEFT)
    assert runs.standing(folder)[0] == "done" and same(folder, undisturbed)
    assert runs.looks(folder) == runs.looks(undisturbed)


def test_one_that_pauses_and_must_leave_stays_paused(undisturbed: Path) -> None:
    folder = made()
    work(folder, script("step", "leave"))
    assert runs.standing(folder) == ("paused", "") and runs.checkpoint(folder).facts["step"] == 1
    work(folder, silent)
    assert same(folder, undisturbed)


def test_a_change_that_no_step_followed_is_not_lost() -> None:
    folder = made()
    work(folder, script("pause", {"do": "change", "momentum": 0.5}, "leave"))
    work(folder, script("leave", after=2))
    assert runs.checkpoint(folder).facts["momentum"] == 0.5


def test_a_rate_out_of_range_is_a_note() -> None:
    folder = made()
    work(folder, script({"do": "change", "lr": -1.0}, {"do": "unknown"}, {}, "stop"))
    (note,) = told(folder, Note)
    assert len(note.text) <= 140 and runs.standing(folder)[0] == "stopped"


def test_the_time_of_a_sitting_is_limited(undisturbed: Path) -> None:
    folder = made()
    work(folder, silent, cap=0.0)
    state, message = runs.standing(folder)
    assert state == "stopped" and "hours" in message and len(message) <= 140
    assert told(folder, Ended)[0].message == message
    runs.stand(folder, "queued")
    work(folder, silent)
    assert same(folder, undisturbed)


def test_a_full_disk_is_one_note_and_training_goes_on(undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = made()
    with monkeypatch.context() as patch:
        patch.setattr("cnnviz.runs.writing.save_last", full)
        work(folder, silent)
    (note,) = told(folder, Note)
    assert "disk" in note.text and len(note.text) <= 140
    assert runs.standing(folder)[0] == "done" and not runs.summary(folder).resumable
    assert told(folder, Ended)[0].test_accuracy == told(undisturbed, Ended)[0].test_accuracy


def test_a_state_that_cannot_be_written_harms_nothing(undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    folder = made()
    with monkeypatch.context() as patch:
        patch.setattr(runs, "stand", full)
        work(folder, script("pause", "resume"))
    assert runs.standing(folder)[0] == "queued" and same(folder, undisturbed)


@pytest.mark.parametrize("config", [Config(data="own-" + "0" * 16), Config(network="no-such"), Config(stack="???")])
def test_what_cannot_be_trained_says_why(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(config if not config.stack else Config(network="stack", stack=config.stack))
    work(folder, silent)
    state, message = runs.standing(folder)
    assert state == "failed" and 0 < len(message) <= 140 and "Traceback" not in message
    assert "Traceback" in capsys.readouterr().err  # for the log


def test_a_crash_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def crash(self: Any) -> None:
        raise RuntimeError("secret path /home")

    folder = made()
    monkeypatch.setattr("cnnviz.training.engine.Training.state", crash)
    work(folder, silent)
    state, message = runs.standing(folder)
    assert state == "failed" and "secret" not in message and len(message) <= 140
    assert "secret" in capsys.readouterr().err


@pytest.mark.parametrize("state", ["done", "stopped", "diverged", "failed"])
def test_what_is_over_is_left_alone(state: str) -> None:
    folder = made()
    runs.stand(folder, state, "as it was")
    work(folder, silent)
    assert runs.standing(folder) == (state, "as it was") and not runs.events(folder)


def test_a_second_process_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.writing.PATIENCE", 0.1)
    folder = made()
    with runs.writer(folder):
        work(folder, silent)
        assert runs.standing(folder)[0] == "queued" and not runs.events(folder)


def test_threads_are_those_it_began_with(undisturbed: Path) -> None:
    folder = made()
    work(folder, script("leave", after=2))
    torch.set_num_threads(2)
    work(folder, silent)
    assert torch.get_num_threads() == 1 and same(folder, undisturbed)


def test_commands_come_as_lines_and_their_end_is_one() -> None:
    gone = threading.Event()
    inbox = Inbox([json.dumps({"do": do}) + "\n" for do in ("pause", "stop")], gone=lambda _: gone.set())
    assert [inbox.next(5) for _ in range(3)] == [{"do": "pause"}, {"do": "stop"}, {"do": "leave"}]
    assert inbox.next(0) is None and gone.wait(5)
