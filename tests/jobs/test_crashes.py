"""``kill -9`` of worker and server in the middle of a real training: every run goes on, to the same bits.

The oracle is a training of the same settings that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import torch

from cnnviz import runs
from cnnviz.jobs.run_worker import work
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Epoch, Step
from tests.promises import quick_and_full

HERE = Path(__file__).parent
STACK = "conv 8 5 s4; relu\nconv 16 3; relu\nglobal\nfc 10"
PER_EPOCH = 80  # steps
KINDS = ("worker", "server", "both")


def config(epochs: int) -> Config:
    return Config(
        data="shapes", network="stack", stack=STACK, batch=32, epochs=epochs, limit=2560, rule="adam", device="cpu"
    )


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads = torch.get_num_threads()
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    for name in ("CNNVIZ_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    yield
    torch.set_num_threads(threads)


class Server:
    """The small server, its worker, and the run."""

    def __init__(self, run: str) -> None:
        self._run = run
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "trainer.py"), self._run],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
        )

    def worker(self) -> psutil.Process | None:
        with suppress(psutil.Error):
            return next(iter(psutil.Process(self._process.pid).children()), None)
        return None

    def kill(self, what: str) -> None:
        """``kill -9``; a server that is gone is started again."""
        worker = self.worker()
        if what in {"worker", "both"} and worker is not None:
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        if what in {"server", "both"}:
            self._process.kill()
            self._process.communicate()
            self.start()

    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not (true() or self.ended()):
            assert time.monotonic() < end
            time.sleep(0.01)

    def wait_for_steps(self) -> None:
        """Until it trains, in this sitting."""
        told = len(runs.events(self._run))
        self.wait(lambda: any(isinstance(event, (Step, Epoch)) for event in runs.events(self._run, told)))

    def end(self) -> str:
        """What it said last."""
        return self._process.communicate(timeout=120)[0]

    def close(self) -> None:
        if self._process.poll() is None:
            self.kill("worker")
            self._process.kill()
            self._process.communicate()


def disturb(run: str, kills: Sequence[str], *, rng: random.Random) -> int:
    """Train ``run`` to its end and kill at random moments on the way; returns how many kills hit it."""
    server, hit = Server(run), 0
    try:
        for what in kills:
            if rng.random() < 0.75:
                server.wait_for_steps()
            server.wait(lambda: server.worker() is not None)
            time.sleep(rng.uniform(0.0, 0.6))
            if server.ended():
                break
            server.kill(what)
            hit += 1
        assert server.end().startswith("done")
    finally:
        server.close()
    return hit


def lost(run: str) -> list[int]:
    """Steps that were done and had to be done again, for each time that it went on."""
    found, at = [], 0
    for event in runs.events(run):
        if isinstance(event, Begun):
            found.append(at - event.step)
        at = event.step
    return found


def equal(run: str, other: Path) -> bool:
    """Whether the final weights, and all that training would go on with, are the same to the last bit."""
    one, two = runs.checkpoint(run), runs.checkpoint(other)
    assert one.tensors.keys() == two.tensors.keys()
    return all(torch.equal(one.tensors[name], two.tensors[name]) for name in one.tensors)


def undisturbed(epochs: int) -> Path:
    folder = runs.folder(runs.create(config(epochs)))
    work(folder, lambda seconds: None)
    assert runs.standing(folder)[0] == "done"
    return folder


@pytest.mark.promise("survival")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("size", quick_and_full((3, 5), (50, 12)))
def test_a_run_goes_on_after_kills_to_the_same_bits(size: tuple[int, int], figure: Callable[[str], None]) -> None:
    """A run takes ten at most, so that most of them come while it trains."""
    kills, epochs = size
    rng, oracle = random.Random(4), undisturbed(epochs)
    hits, again, same = 0, [], []
    while hits < kills:
        planned = [KINDS[(hits + k) % len(KINDS)] for k in range(min(10, kills - hits))]
        run = runs.create(config(epochs))
        hits += disturb(run, planned, rng=rng)
        same.append(equal(run, oracle))
        again += lost(run)
    assert all(same) and max(again) <= PER_EPOCH
    figure(
        f"{hits} kill -9 of worker, server or both: all went on, at most {max(again)} of {PER_EPOCH} steps of an "
        f"epoch lost, {sum(same)} of {len(same)} runs end in the same bits"
    )
