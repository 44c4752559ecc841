"""Live trainings in processes of their own, through every executor: controls, ends, and what is left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnviz import runs
from cnnviz.jobs.executor import Executor
from cnnviz.jobs.local import LocalExecutor, gpus
from cnnviz.jobs.training import Queue
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Changed, Step
from tests.jobs.waiting import until

TINY = Config(
    data="shapes",
    network="stack",
    stack="conv 8 5 s4; relu\nconv 16 3; relu\nglobal\nfc 10",
    batch=16,
    epochs=200,
    limit=2000,
    device="cpu",
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


@pytest.fixture
def queue(executor: Executor) -> Iterator[Queue]:
    one = Queue(executor)
    yield one
    one.close()


def told(run: str, *kinds: type[Any]) -> list[Any]:
    return [event for event in runs.events(run) if isinstance(event, kinds)]


def test_a_run_obeys_and_goes_on(queue: Queue) -> None:
    run = queue.start(TINY, by="ann")
    until(lambda: told(run, Step))
    worker = queue.standing(run).pid
    queue.tell(run, {"do": "pause"})
    until(lambda: queue.standing(run).state == "paused")
    at = runs.events(run)[-1].step
    time.sleep(0.3)
    assert runs.events(run)[-1].step == at

    queue.tell(run, {"do": "step"})
    until(lambda: told(run, Step)[-1].step == at + 1)
    queue.tell(run, {"do": "change", "lr": 0.02})
    queue.tell(run, {"do": "resume"})
    until(lambda: [each.lr for each in told(run, Changed)] == [0.02] and told(run, Step)[-1].step > at + 2)

    queue.tell(run, {"do": "stop"})
    until(lambda: queue.standing(run).state == "stopped")
    if worker is not None:  # all its memory is given back, on a GPU too
        until(lambda: not psutil.pid_exists(worker))
    last = runs.checkpoint(run).facts
    assert last["lr"] == 0.02 and runs.standing(run)[0] == "stopped"

    queue.go_on(run, by="ben")
    until(lambda: told(run, Begun)[-1].step == last["step"] and runs.events(run)[-1].step > last["step"])
    assert told(run, Begun)[-1].threads == told(run, Begun)[0].threads


def test_a_worker_that_is_killed_is_noticed_and_one_without_a_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_THREADS", "1")
    executor = LocalExecutor()
    queue = Queue(executor)
    run = queue.start(TINY, by="ann")
    until(lambda: told(run, Step))
    worker = psutil.Process(queue.standing(run).pid)
    assert worker.nice() >= 10 and worker.environ()["OMP_NUM_THREADS"] == "1"
    assert worker.cmdline()[-1] == str(runs.folder(run)) and "-P" in worker.cmdline()
    worker.kill()
    until(lambda: queue.standing(run).state == "interrupted")
    assert runs.standing(run)[0] == "interrupted"

    queue.go_on(run, by="ann")
    until(lambda: len(told(run, Begun)) == 2 and isinstance(runs.events(run)[-1], Step))
    worker = psutil.Process(queue.standing(run).pid)
    queue.close()  # as at the server's end
    _, alive = psutil.wait_procs([worker], timeout=20)
    assert not alive and runs.standing(run)[0] == "interrupted"
    assert runs.checkpoint(run).facts["step"] > 0


def test_places_are_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")
    assert gpus() == ("0", "3") and LocalExecutor().places == 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert LocalExecutor().places == 1
    monkeypatch.setenv("CNNVIZ_THREADS", "3; rm")
    assert 1 <= LocalExecutor()._threads() <= (os.cpu_count() or 1)
