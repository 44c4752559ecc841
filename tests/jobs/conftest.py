"""A scheduler with real worker processes that know the tasks of ``tiny``, and executors of live runs."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnviz.jobs import Scheduler, minding
from cnnviz.jobs.cluster import DaskExecutor
from cnnviz.jobs.executor import Executor
from cnnviz.jobs.local import LocalExecutor
from cnnviz.jobs.process import COMMAND, WorkerProcess
from cnnviz.jobs.training import Queue
from cnnviz.runs import recorded
from tests.jobs.machines import Machines
from tests.jobs.waiting import until

HERE = Path(__file__).parent


def start_worker() -> WorkerProcess:
    """A worker whose tasks are those of ``tiny``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")])))
        return WorkerProcess((*COMMAND, "tiny"))


def _module(name: str) -> ModuleType:
    """A module that lies here, where no package is."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """The module of tiny tasks; they are in no menu."""
    return _module("tiny")


@pytest.fixture(scope="session")
def start() -> Callable[[], WorkerProcess]:
    """Starts a worker."""
    return start_worker


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Scheduler]:
    """One for the tests that leave it as they found it: torch is imported once."""
    one = Scheduler(start_worker)
    yield one
    one.close()


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """The executor without processes."""
    return _module("fakes")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with one worker."""
    machines = Machines(tmp_path_factory.mktemp("cluster"))
    yield machines
    machines.end()


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in a folder of the test's own."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "user"))


@pytest.fixture
def mirrored(cluster: Machines) -> Iterator[DaskExecutor]:
    """One that never works on the disk that it shares with the worker."""
    one = DaskExecutor(cluster.address, mirrored=True, module="away")
    until(lambda: one.places == 1)
    yield one
    one.close()


@pytest.fixture(params=["local", "cluster", "cluster on one disk"])
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    """What trains live runs, with one thread each."""
    monkeypatch.setenv("CNNVIZ_THREADS", "1")
    one: Executor = LocalExecutor()
    if request.param != "local":
        address = request.getfixturevalue("cluster").address
        one = DaskExecutor(address, mirrored=request.param == "cluster")
    yield one
    one.close()


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in a folder of the test's own, looked after a hundred times a second."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    monkeypatch.setattr(minding, "TICK", 0.01)
    monkeypatch.setattr(minding, "FAR", 0.02)


@pytest.fixture
def fake(fakes: ModuleType, quick: None) -> Any:
    """An executor without processes, of one place."""
    return fakes.FakeExecutor()


@pytest.fixture
def queue(fake: Any) -> Iterator[Queue]:
    """A queue before it."""
    one = Queue(fake)
    yield one
    one.close()
