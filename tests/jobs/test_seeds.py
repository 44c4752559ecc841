"""One seed, one machine: the same curve, weights and pictures here, in a worker and in the shell, whoever is busy."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnviz import runs
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs import Scheduler
from cnnviz.jobs.driving import drive
from cnnviz.jobs.local import LocalExecutor
from cnnviz.jobs.process import COMMAND, WorkerProcess
from cnnviz.jobs.run_worker import work
from cnnviz.jobs.training import Queue
from cnnviz.training.config import Config
from cnnviz.training.events import Ended, Epoch
from tests.jobs.waiting import until
from tests.promises import quick_and_full

ROOT = Path(__file__).parents[2]
STACK = "conv 8 5 s4; relu\nconv 16 3; relu\nglobal\nfc 10"
CLOCK = {"seconds", "images_per_s"}
CONFIG = Config(
    data="shapes", network="stack", stack=STACK, batch=32, epochs=2, limit=640, rule="adam", seed=7, device="cpu"
)
NOISE = "import torch\nwhile True: torch.randn(400, 400) @ torch.randn(400, 400)"
SEEDED = {
    "climb": {"network": "cifar-fast", "objective": "logit:dog", "steps": 8, "seed": 3},
    "randomization": {"network": "cifar-fast", "method": "grad-cam", "seed": 3},
}


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads = torch.get_num_threads()
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    for name in ("CNNVIZ_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def neighbours() -> Iterator[Callable[[int], None]]:
    """Starts processes that multiply matrices, with one, two, three … threads; only one of them at a time."""
    busy: list[subprocess.Popen[bytes]] = []

    def end() -> None:
        for each in busy:
            each.kill()
            each.wait()
        busy.clear()

    def change(threads: int) -> None:
        end()
        if threads:
            environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
            busy.append(subprocess.Popen(["nice", sys.executable, "-c", NOISE], env=environment))

    yield change
    end()


def here() -> str:
    run = runs.create(CONFIG)
    work(runs.folder(run), lambda seconds: None)
    return run


def in_a_worker() -> str:
    queue = Queue(LocalExecutor())
    run = queue.start(CONFIG, by="ann")
    until(lambda: not queue.standing(run).active, 120)
    queue.close()
    return run


def in_the_shell() -> str:
    given = {"data": "shapes", "stack": STACK, "batch": 32, "epochs": 2, "limit": 640, "rule": "adam", "seed": 7}
    wanted = dataclasses.asdict(CONFIG) | given
    options = [text for name, value in wanted.items() for text in option(name, value)]
    known = {each.id for each in runs.listed()}
    subprocess.run(
        [sys.executable, "-m", "cnnviz", "train", *options, "--threads", "1"],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    (run,) = {each.id for each in runs.listed()} - known
    assert runs.summary(run).config == CONFIG
    return run


def option(name: str, value: object) -> tuple[str, ...]:
    return () if isinstance(value, bool) else (f"--{name.replace('_', '-')}", str(value))


def digest(run: str) -> str:
    """Of the curve, without what the clock says, and of all that training would go on with."""
    assert runs.standing(run)[0] == "done"
    told = [dataclasses.asdict(event) for event in runs.events(run) if isinstance(event, (Epoch, Ended))]
    assert len(told) == CONFIG.epochs + 1
    found = hashlib.sha256(json.dumps([untimed(each) for each in told]).encode())
    for name, tensor in sorted(runs.checkpoint(run).tensors.items()):
        found.update(name.encode() + tensor.detach().reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def untimed(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in CLOCK}


@pytest.mark.promise("seeds")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(2, 20))
def test_one_training_has_one_digest(
    count: int, neighbours: Callable[[int], None], figure: Callable[[str], None]
) -> None:
    digests = []
    ways = (here, in_a_worker, in_the_shell)
    for number in range(count):
        neighbours(number % 5)
        digests.append(digest(ways[number % len(ways)]()))
    other = runs.create(dataclasses.replace(CONFIG, seed=8))
    work(runs.folder(other), lambda seconds: None)
    assert len(set(digests)) == 1 and digest(other) not in digests
    figure(
        f"{count} runs of one seed here, in a worker and in the shell, beside 0 to 4 busy threads: "
        f"{len(set(digests))} digest of curve and weights"
    )


@pytest.mark.promise("seeds")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(2, 20))
def test_one_inspection_has_one_digest(
    count: int, neighbours: Callable[[int], None], figure: Callable[[str], None]
) -> None:
    scheduler = Scheduler(functools.partial(WorkerProcess, (*COMMAND, "cnnviz.inspections.registry")))
    found: dict[str, set[str]] = {name: set() for name in SEEDED}
    for number in range(count):
        neighbours(number % 5)
        for name, values in SEEDED.items():
            task = INSPECTIONS[name]
            settings = task.settings(**values)
            if number % 2:
                run = scheduler.submit(task, settings, fresh=True)
                until(lambda run=run: not scheduler.snapshot(run).active, 120)
                events = scheduler.snapshot(run).events
            else:
                events = tuple(drive(task, settings))
            assert events[-1].progress == 1.0
            # how many events come between two results depends on the clock
            told = [untimed(dataclasses.asdict(each)) for each in events if getattr(each, "stage", each)]
            found[name].add(hashlib.sha256(json.dumps(told).encode()).hexdigest())
    scheduler.close()
    assert all(len(digests) == 1 for digests in found.values())
    figure(
        f"{count} runs each of {' and '.join(SEEDED)}, here and in a worker, beside 0 to 4 busy threads: 1 digest each"
    )
