"""Runs on a dask cluster of real processes on this machine: mirrored or in place, told things, killed, gone on with."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import dask
import pytest
from click.testing import CliRunner

from cnnviz import runs
from cnnviz.cli import app, main
from cnnviz.jobs.cluster import Connection, DaskExecutor, NoCluster
from cnnviz.jobs.cluster_wire import PART, SMALL, Interrupted, received, send
from cnnviz.runs.mirroring import Piece
from tests.jobs.away import content
from tests.jobs.machines import Machines, begun, keep, kept, made, told
from tests.jobs.waiting import until

pytestmark = pytest.mark.usefixtures("own_runs")


def test_what_happens_there_is_written_here(mirrored: DaskExecutor) -> None:
    folder = made()
    run = begun(mirrored, folder)
    assert run.alive and runs.locked(folder.name)
    (there,) = told(folder, "folder")
    assert Path(there) != folder and not Path(there).is_relative_to(folder.parents[1])
    for size in (0, SMALL, SMALL + 1, 3 * PART + 5):
        keep(run, folder, size)
        name = f"last-{size:016x}.safetensors"
        assert kept(folder) == {name: content(size), "last.json": json.dumps(name).encode()}
    run.tell({"do": "stop"})
    until(lambda: not run.alive)
    assert runs.standing(folder) == ("stopped", "told so") and not runs.locked(folder.name)
    until(lambda: not Path(there).exists())
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_worker_that_sees_the_disk_works_there(cluster: Machines) -> None:
    executor = DaskExecutor(cluster.address, module="away")
    until(lambda: executor.places)
    folder = made()
    run = begun(executor, folder)
    assert told(folder, "folder") == [str(folder)]
    run.tell({"do": "stop"})
    until(lambda: not run.alive)
    assert runs.standing(folder) == ("stopped", "told so")
    executor.close()


def test_commands_keep_their_order_and_those_of_before_are_heard(mirrored: DaskExecutor) -> None:
    folder = made()
    run = mirrored.launch(folder)
    commands = [{"do": "pause"}, {"do": "step"}, {"do": "change", "lr": 0.5}, {"do": "resume"}]
    for command in commands:
        run.tell(command)
    until(lambda: told(folder, "heard") == commands)
    run.tell({"do": "stop"})
    until(lambda: not run.alive)
    run.tell({"do": "pause"})  # nobody minds
    assert told(folder, "heard") == [*commands, {"do": "stop"}]


def test_threads_and_cap_are_those_of_worker_and_server(mirrored: DaskExecutor, monkeypatch: Any) -> None:
    monkeypatch.setenv("CNNVIZ_CAP", "77")
    folder = made()
    begun(mirrored, folder).kill()
    assert told(folder, "cap") == [77.0] and told(folder, "threads") == ["1"]


def test_one_run_per_worker(mirrored: DaskExecutor) -> None:
    first, second = made(), made()
    run = begun(mirrored, first)
    with pytest.raises(OSError, match="start more workers, or wait"):
        mirrored.launch(second)
    run.kill()
    assert not run.alive and runs.standing(first)[0] == "running"  # without a word
    assert not runs.locked(first.name)
    begun(mirrored, second).kill()  # waits until the first has left
    until(lambda: not told(first, "heard"))


def test_a_worker_never_seems_gone_while_it_is_there(cluster: Machines) -> None:
    """dask's client asks on its own how many workers there are, without their names, and keeps only the last answer."""
    with dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        connection = Connection(cluster.address, lambda told: None)
    until(lambda: connection.look() or connection.workers)
    for _ in range(300):
        connection.look()
        assert len(connection.workers) == 1
    connection.close()


def test_workers_with_a_gpu_come_first(cluster: Machines) -> None:
    second = cluster.worker("--resources", "GPU=1")
    executor = DaskExecutor(cluster.address, mirrored=True, module="away")
    only = DaskExecutor(cluster.address, gpu=True, module="away")
    until(lambda: executor.places == 2 and only.places == 1)
    folders = [made(), made()]
    taken = [begun(executor, folder) for folder in folders]
    assert told(folders[0], "begun") == [second.pid] != told(folders[1], "begun")
    for run in taken:
        run.kill()
    only.close()
    executor.close()
    second.send_signal(signal.SIGTERM)
    second.wait()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "10.0.0.5",
        "10.0.0.5:8786",
        "http://10.0.0.5:8786",
        "tcp://:8786",
        "tcp://a:0",
        "tcp://a:65536",
        "tcp://a b:1",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(NoCluster, match="give one such as tcp://") as caught:
        DaskExecutor(address)
    assert len(str(caught.value)) <= 140


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.jobs.cluster.ANSWER", 0.2)
    before = threading.active_count()
    with pytest.raises(NoCluster, match="no dask scheduler answers at tcp://127") as caught:
        DaskExecutor("tcp://127.0.0.1:1")
    assert len(str(caught.value)) <= 140 and threading.active_count() == before


def test_tls_needs_certificates() -> None:
    with pytest.raises(NoCluster, match="certificates; name them in dask's settings") as caught:
        DaskExecutor("tls://127.0.0.1:1")
    assert len(str(caught.value)) <= 140


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"pip install \"cnnviz\[cluster\]\"") as caught:
        app.use_cluster("tls://[::1]:8786")
    assert len(str(caught.value)) <= 140


@pytest.mark.parametrize("address", ["10.0.0.5:8786", "tcp://127.0.0.1:1"])
def test_the_command_line_says_it_in_a_sentence(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("cnnviz.jobs.cluster.ANSWER", 0.2)
    monkeypatch.setattr(app, "refuse_busy", lambda host, port: None)
    result = CliRunner().invoke(main, ["app", "--scheduler", address])
    assert result.exit_code == 2 and result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1


def test_the_command_line_trains_there(cluster: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[DaskExecutor] = []
    monkeypatch.setattr("cnnviz.jobs.training.use", used.append)
    monkeypatch.setattr(app, "refuse_busy", lambda host, port: None)
    monkeypatch.setattr(app, "serve", lambda *_, **__: until(lambda: used[0].places == 1))
    assert CliRunner().invoke(main, ["app", "--scheduler", cluster.address]).exit_code == 0
    used[0].close()


def test_a_piece_damaged_on_its_way_is_refused() -> None:
    messages, parts = [], []
    send(Piece("checkpoints/last.json", bytes(2 * PART)), messages.append, parts.append)
    assert [len(part) for part in parts] == [PART, PART]
    whole = iter(parts)
    assert received(messages[0], lambda: next(whole)).content == bytes(2 * PART)
    parts[1] = parts[1][:-1] + b"x"
    broken = iter(parts)
    with pytest.raises(Interrupted, match="damaged"):
        received(messages[0], lambda: next(broken))
