"""A scheduler with real worker processes that know the tasks of ``tiny``."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cnnviz.jobs import Scheduler
from cnnviz.jobs.process import COMMAND, WorkerProcess

HERE = Path(__file__).parent


def start_worker() -> WorkerProcess:
    """A worker whose tasks are those of ``tiny``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")])))
        return WorkerProcess((*COMMAND, "tiny"))


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """The module of tiny tasks; they are in no menu."""
    spec = importlib.util.spec_from_file_location("tiny", HERE / "tiny.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tiny"] = module
    spec.loader.exec_module(module)
    return module


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
