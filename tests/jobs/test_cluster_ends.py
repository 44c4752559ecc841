"""How runs on a cluster end: workers, scheduler and server are killed, and nothing that was kept is lost."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cnnviz import runs
from cnnviz.jobs.cluster import DaskExecutor
from cnnviz.jobs.cluster_run import CUT, GONE, REFUSED
from cnnviz.jobs.run_worker import work
from cnnviz.training.config import Config
from cnnviz.training.events import Epoch
from tests.jobs.away import content
from tests.jobs.machines import Machines, begun, keep, kept, made, told
from tests.jobs.waiting import until

pytestmark = pytest.mark.usefixtures("own_runs")


def test_a_killed_worker_loses_nothing_that_was_kept(mirrored: DaskExecutor, cluster: Machines) -> None:
    folder = made()
    run = begun(mirrored, folder)
    keep(run, folder, 100_000)
    (folder / "looks").mkdir()
    (folder / "looks" / "epoch-0001.json.gz").write_bytes(b"of an earlier sitting")
    cluster.kill_worker()
    until(lambda: not run.alive)
    assert runs.standing(folder) == ("interrupted", GONE) and not runs.locked(folder.name)
    until(lambda: mirrored.places == 0)
    cluster.start_worker()
    until(lambda: mirrored.places == 1)
    run = begun(mirrored, folder)
    there = {"run.json", "state.json", "events.jsonl", "looks/epoch-0001.json.gz", "checkpoints/last.json"}
    assert set(told(folder, "there")[-1]) == there | {f"checkpoints/last-{100_000:016x}.safetensors"}
    assert kept(folder)[f"last-{100_000:016x}.safetensors"] == content(100_000)
    assert (folder / "looks" / "epoch-0001.json.gz").read_bytes() == b"of an earlier sitting"
    assert len(told(folder, "begun")) == 2
    run.kill()


def test_a_worker_that_dies_by_itself(mirrored: DaskExecutor, cluster: Machines) -> None:
    folder = made()
    run = begun(mirrored, folder)
    run.tell({"do": "die"})
    until(lambda: not run.alive)
    assert runs.standing(folder) == ("interrupted", GONE)
    cluster.start_worker()


def test_a_killed_scheduler_is_found_again(mirrored: DaskExecutor, cluster: Machines, monkeypatch: Any) -> None:
    monkeypatch.setattr("cnnviz.jobs.cluster.AGAIN", 0.2)
    folder = made()
    run = begun(mirrored, folder)
    cluster.kill_scheduler()
    until(lambda: not run.alive)
    assert runs.standing(folder) == ("interrupted", CUT) and not runs.locked(folder.name)
    assert mirrored.places == 0
    with pytest.raises(OSError, match="start more workers"):
        mirrored.launch(folder)
    cluster.start()
    until(lambda: mirrored.places == 1)
    begun(mirrored, folder).kill()


def test_a_worker_that_cannot_begin(cluster: Machines, caplog: pytest.LogCaptureFixture) -> None:
    executor = DaskExecutor(cluster.address, module="no_such_module")
    until(lambda: executor.places == 1)
    folder = made()
    with caplog.at_level(logging.CRITICAL, "distributed"):
        run = executor.launch(folder)
        until(lambda: not run.alive)
    assert runs.standing(folder) == ("interrupted", REFUSED)
    executor.close()


SERVER = """
import sys
from pathlib import Path
from cnnviz.jobs.cluster import DaskExecutor
executor = DaskExecutor(sys.argv[1], mirrored=True, module="away")
while not executor.places: pass
executor.launch(Path(sys.argv[2]))
sys.stdin.read()
executor.close()
"""


@pytest.mark.parametrize("end", ["kill", "close"])
def test_a_server_that_ends_leaves_no_run_behind(cluster: Machines, end: str) -> None:
    folder = made()
    arguments = [sys.executable, "-c", SERVER, cluster.address, str(folder)]
    server = subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=cluster.environment)
    until(lambda: told(folder, "begun"))
    if end == "kill":
        server.kill()
    _, errors = server.communicate()
    left = Path(cluster.environment["CNNVIZ_DATA"], folder.name)
    until(left.exists)
    assert json.loads(left.read_text()) == {"do": "leave"}
    assert runs.standing(folder)[0] == ("running" if end == "kill" else "interrupted")
    assert not errors and not runs.locked(folder.name)


TINY = Config(
    data="shapes",
    network="stack",
    stack="conv 8 5 s4; relu\nconv 16 3; relu\nglobal\nfc 10",
    batch=32,
    epochs=3,
    limit=320,
    precision="float32",
    device="cpu",
)


def epochs(folder: Path) -> list[tuple[float, ...]]:
    found = [event for event in runs.kept(runs.events(folder)) if isinstance(event, Epoch)]
    return [(each.epoch, each.loss, each.accuracy, each.val_loss, each.val_accuracy) for each in found]


def test_a_run_gives_the_same_bits_here_and_there(cluster: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that loses its worker in the middle."""
    import torch

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    here, there, moved = (runs.folder(runs.create(TINY)) for _ in range(3))
    executor = DaskExecutor(cluster.address, mirrored=True)
    until(lambda: executor.places == 1)
    run = executor.launch(there)
    threads = torch.get_num_threads()
    work(here, lambda seconds: None)
    torch.set_num_threads(threads)
    until(lambda: not run.alive)
    run = executor.launch(moved)
    for _ in range(12):  # ten are an epoch
        run.tell({"do": "step"})
    until(lambda: [event for event in runs.events(moved) if event.event == "step" and event.step == 12])
    cluster.kill_worker()
    until(lambda: not run.alive)
    assert runs.standing(moved) == ("interrupted", GONE)
    cluster.start_worker()
    until(lambda: executor.places == 1)
    run = executor.launch(moved)
    until(lambda: not run.alive)
    assert {runs.standing(folder)[0] for folder in (here, there, moved)} == {"done"}
    states = [runs.checkpoint(folder).tensors for folder in (here, there, moved)]
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]) and torch.equal(tensor, states[2][name])
    assert runs.looks(here) == runs.looks(there) == runs.looks(moved) == (0, 1, 2, 3)
    assert runs.weights(here, 2)[-1000:] == runs.weights(there, 2)[-1000:] == runs.weights(moved, 2)[-1000:]
    assert epochs(here) == epochs(there) == epochs(moved)
    executor.close()


def test_a_closed_executor_leaves_no_thread(cluster: Machines) -> None:
    before = {thread.ident for thread in threading.enumerate()}
    executor = DaskExecutor(cluster.address, mirrored=True, module="away")
    until(lambda: executor.places == 1)
    folder = made()
    run = begun(executor, folder)
    executor.close()
    assert not run.alive and runs.standing(folder) == ("interrupted", "told so")
    assert executor.places == 0
    until(lambda: {thread.ident for thread in threading.enumerate()} <= before)
