"""Workers that break every rule: their run says so in a sentence, they are ended, and the next run has its turn."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from cnnviz import runs
from cnnviz.jobs import Scheduler, Snapshot
from cnnviz.jobs.local import LocalExecutor
from cnnviz.jobs.minding import DEAF
from cnnviz.jobs.process import WorkerProcess
from cnnviz.jobs.resting import GONE
from cnnviz.jobs.training import Queue
from cnnviz.ui.live import rest_text
from tests.jobs.waiting import config, until

UNRULY = str(Path(__file__).with_name("unruly.py"))
AT_ONCE = ("garbage", "no object", "null", "nested", "no such event", "giant", "mute", "leaves", "hungry")
IN_TIME = ("half a line", "stopped", "unreading", "deaf")  # only the clock tells
LARGE = "x" * 1_000_000  # more than a pipe holds


class Workers:
    """Starts one of a kind, then good ones."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.started: list[WorkerProcess] = []

    def start(self) -> WorkerProcess:
        kind = "good" if self.started else self._kind
        self.started.append(WorkerProcess((sys.executable, UNRULY, kind)))
        return self.started[-1]

    def ended(self) -> bool:
        return not psutil.pid_exists(self.started[0].pid)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.jobs.following.STARTING", 3.0)


@pytest.fixture
def ends() -> Iterator[list[Scheduler]]:
    made: list[Scheduler] = []
    yield made
    for each in made:
        each.close()


def over(scheduler: Scheduler, run: str) -> Snapshot:
    until(lambda: not scheduler.snapshot(run).active)
    return scheduler.snapshot(run)


def in_words(failed: Snapshot) -> bool:
    """Whether the page has a sentence for it."""
    words = rest_text(failed)
    return failed.state == "failed" and 20 < len(words) <= 140 and words.endswith(".") and "Traceback" not in words


@pytest.mark.promise("survival")
def test_a_worker_that_breaks_the_rules_is_a_sentence_and_ended(
    tiny: ModuleType, ends: list[Scheduler], figure: Callable[[str], None]
) -> None:
    short = dataclasses.replace(tiny.TASKS["counting"], seconds=0.5)
    slowest = 0.0
    for kind in (*AT_ONCE, *IN_TIME):
        workers = Workers(kind)
        scheduler = Scheduler(workers.start)
        ends.append(scheduler)
        start = time.monotonic()
        failed = over(scheduler, scheduler.submit(short, tiny.Settings(note=LARGE)))
        slowest = max(slowest, time.monotonic() - start)
        assert in_words(failed), (kind, failed)
        until(workers.ended)
        after = over(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(seed=1)))
        assert after.state == "done" and len(workers.started) == 2, kind
    count = len(AT_ONCE) + len(IN_TIME)
    figure(f"{count} ways to break a worker: {count} sentences, {count} processes ended, {count} next runs done")


def test_none_of_them_grows_the_server(tiny: ModuleType, ends: list[Scheduler]) -> None:
    """A line without an end is cut, not collected."""
    before = psutil.Process().memory_info().rss
    workers = Workers("giant")
    ends.append(Scheduler(workers.start))
    over(ends[0], ends[0].submit(tiny.TASKS["counting"], tiny.Settings()))
    until(workers.ended)
    assert psutil.Process().memory_info().rss - before < 100 << 20


@pytest.mark.parametrize("kind", IN_TIME)
def test_what_hears_no_stop_is_gone_within_half_a_second(tiny: ModuleType, ends: list[Scheduler], kind: str) -> None:
    workers = Workers(kind)
    scheduler = Scheduler(workers.start)
    ends.append(scheduler)
    run = scheduler.submit(tiny.TASKS["counting"], tiny.Settings(note=LARGE))
    # the one that reads nothing never says that it began
    until(lambda: scheduler.snapshot(run).state == "running" or (kind == "unreading" and workers.started))
    assert scheduler.cancel(run) and scheduler.snapshot(run).state == "cancelled"
    until(workers.ended, 5)  # half a second, and a busy machine
    after = over(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(seed=1)))
    assert after.state == "done"


def test_an_idle_worker_that_says_what_is_no_message_is_ended_too(tiny: ModuleType, ends: list[Scheduler]) -> None:
    worker = WorkerProcess((sys.executable, UNRULY, "garbage"))
    worker.tell(run=0)
    until(lambda: not psutil.pid_exists(worker.pid))
    assert not worker.alive
    until(lambda: not [each for each in threading.enumerate() if each.name.startswith("cnnviz-worker")])


@pytest.fixture
def trainer(quick: None) -> Iterator[Callable[[str], Queue]]:
    made: list[Queue] = []

    def start(kind: str) -> Queue:
        made.append(Queue(LocalExecutor((sys.executable, UNRULY, kind))))
        return made[-1]

    yield start
    for queue in made:
        for entry in list(queue._entries.values()):
            entry.kill()
        queue.close()


@pytest.mark.parametrize("kind", ["leaves", "hungry", "limited"])
def test_a_training_process_that_ends_without_a_word_is_a_sentence(trainer: Any, kind: str) -> None:
    queue = trainer(kind)
    run = queue.start(config(1), by="ann")
    until(lambda: queue._entries[run].handle)
    queue.tell(run, {"do": "change", "lr": 0.1})
    until(lambda: not queue.standing(run).active, 60)
    standing = queue.standing(run)
    assert standing.state == "failed" or (standing.state, standing.message) == ("interrupted", GONE)
    assert 20 < len(standing.message) <= 140 and standing.pid is None


@pytest.mark.parametrize("kind", ["stopped", "deaf", "unreading"])
def test_a_training_process_that_hears_no_stop_is_ended(
    trainer: Any, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.jobs.entry.STOPPING", 0.3)
    queue = trainer(kind)
    run = queue.start(config(1), by="ann")
    until(lambda: queue.standing(run).pid)
    pid = queue.standing(run).pid
    for _ in range(5000):  # more than the pipe holds: a click never waits for the process
        queue.tell(run, {"do": "change", "lr": 0.1})
    queue.tell(run, {"do": "stop"})
    until(lambda: queue.standing(run).state == "stopped")
    assert runs.standing(run) == ("stopped", DEAF) and not psutil.pid_exists(pid)
