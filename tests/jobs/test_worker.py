"""The worker process itself: it ends with its server, and the server's process never imports torch."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cnnviz.jobs.process import WorkerGone, WorkerProcess
from tests.processes import living

HERE = Path(__file__).parent
SERVER = """
import sys, time
from cnnviz.jobs import Scheduler
from cnnviz.jobs.process import COMMAND, WorkerProcess
import tiny
scheduler = Scheduler(lambda: WorkerProcess((*COMMAND, "tiny")))
run = scheduler.submit(tiny.TASKS["deaf"], tiny.Settings(steps=1000, pause=0.05))
while not scheduler.snapshot(run).events:
    time.sleep(0.01)
print(scheduler.worker_pid, "torch" in sys.modules, "numpy" in sys.modules, flush=True)
time.sleep(60)
"""


def test_no_process_is_left_when_the_server_is_killed() -> None:
    paths = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert server.stdout is not None
    pid, *imported = server.stdout.readline().split()
    assert imported == ["False", "False"]
    worker = psutil.Process(int(pid))
    assert worker.nice() >= 10
    server.kill()
    server.wait(10)
    assert living([worker], seconds=5) == []


def test_a_worker_refuses_what_is_no_task_or_no_setting_and_goes_on(start: Callable[[], WorkerProcess]) -> None:
    worker = start()
    asked = [
        {"task": "no-such", "settings": {}},
        {"task": "counting", "settings": {"steps": 10**9}},
        {"task": "counting", "settings": {"steps": "__import__('os')"}},
        {"task": "counting", "settings": {"strange": 1}},
        {"task": "counting", "settings": {"steps": 1}},
    ]
    for run, request in enumerate(asked):
        worker.tell(do="run", run=run, **request)
    ends: dict[int, str] = {}
    end = time.monotonic() + 60
    while len(ends) < len(asked) and time.monotonic() < end:
        message = worker.hear(1)
        if "end" in message:
            ends[message["run"]] = message["end"]
            assert len(message["message"]) <= 140
    assert ends == {0: "failed", 1: "failed", 2: "failed", 3: "failed", 4: "done"}
    worker.kill()
    with pytest.raises(WorkerGone):
        worker.hear(60)
