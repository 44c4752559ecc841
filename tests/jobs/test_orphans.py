"""No worker outlives its server: a training, a small training and an inspection at work, and the server is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.processes import living
from tests.promises import quick_and_full

ROOT = Path(__file__).parents[2]
SERVER = """
import time
from cnnviz import jobs
from cnnviz.inspections.climb import Settings
from cnnviz.jobs import training
from cnnviz.training.config import Config
from cnnviz.training.tasks.registry import TASKS

training.start(Config(data="shapes", network="convnetjs", epochs=200, limit=2000, device="cpu"), by="ann")
asked = [
    jobs.submit("climb", Settings(objective="logit:dog", steps=512, size=224)),
    jobs.submit("overfit", TASKS["overfit"].settings(steps=4000)),
]
while not all(jobs.snapshot(run).state == "running" for run in asked):
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.promise("survival")
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("times", quick_and_full(1, 10, alone=True))
def test_no_worker_outlives_a_server_that_is_killed(times: int, tmp_path: Path, figure: Callable[[str], None]) -> None:
    taken, count = [], 0
    for number in range(times):
        workers = killed(tmp_path / str(number), (signal.SIGKILL, signal.SIGTERM)[number % 2], after=0.3 * number)
        start = time.monotonic()
        alive = living(workers, seconds=20)
        taken.append(time.monotonic() - start)
        for each in alive:
            each.kill()
        assert len(workers) == 3 and not alive
        count += len(workers)
    assert max(taken) <= 5.0
    figure(f"{times} servers killed with 3 workers busy: all {count} gone, the last within {max(taken):.1f} s")


def killed(data: Path, how: signal.Signals, *, after: float) -> list[psutil.Process]:
    """The workers of a server that has just been killed while all of them computed."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT), "CNNVIZ_DATA": str(data), "CNNVIZ_THREADS": "1"},
    )
    assert server.stdout is not None
    with server.stdout:
        assert server.stdout.readline() == b"ready\n"
        time.sleep(after)
        workers = psutil.Process(server.pid).children(recursive=True)
        server.send_signal(how)
        server.wait(10)
    return workers
