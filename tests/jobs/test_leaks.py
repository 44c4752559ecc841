"""After a hundred runs of every ending, the server's process is as it was: threads, children, descriptors, memory."""

from __future__ import annotations

import gc
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from cnnviz.jobs import Scheduler
from cnnviz.jobs.local import LocalExecutor
from cnnviz.jobs.training import Queue
from tests.jobs.conftest import start_worker
from tests.jobs.waiting import config, until
from tests.promises import quick_and_full

UNRULY = str(Path(__file__).with_name("unruly.py"))
MEMORY = 30 << 20  # bytes: what 32 finished runs may keep, and the allocator


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own for temporary files, of this process and of its workers."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None


def workers() -> set[psutil.Process]:
    """The processes of runs; a browser that other tests have open is none, a worker of the server they share is one."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            found |= {child} if any("cnnviz.jobs" in part or part == UNRULY for part in child.cmdline()) else set()
    return found


def held(others: set[psutil.Process]) -> tuple[int, int, int]:
    """Threads of ours, child processes, descriptors."""
    gc.collect()
    process = psutil.Process()
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("cnnviz")]
    return len(ours), len(workers() - others), process.num_fds()


def ending(number: int) -> str:
    """Every fourth fails, every fourth is cancelled, few are killed: a new worker takes seconds."""
    return "killed" if number % 20 == 3 else ("done", "failed", "cancelled", "done")[number % 4]


def run_small(scheduler: Scheduler, tiny: ModuleType, number: int) -> None:
    """One run of a worker to one of the endings."""
    how, who = ending(number), str(number)
    task = tiny.TASKS["failing" if how == "failed" else "counting"]
    pause = 0.05 if how in {"cancelled", "killed"} else 0.0
    run = scheduler.submit(task, tiny.Settings(steps=40, pause=pause, seed=number), by=who)
    if pause:
        until(lambda: scheduler.snapshot(run).events, 60)
        worker = scheduler.worker_pid
        assert worker is not None
        scheduler.cancel(run, by=who) if how == "cancelled" else psutil.Process(worker).kill()
    until(lambda: scheduler._current is None and not scheduler.snapshot(run).active, 60)
    assert scheduler.snapshot(run).state == ("failed" if how == "killed" else how)


def run_live(queue: Queue, number: int) -> None:
    """One process of a live training, which ends by itself."""
    run = queue.start(config(number), by=str(number))
    until(lambda: queue.standing(run).pid)
    queue.tell(run, {"do": "change", "lr": 0.1})
    until(lambda: not queue.standing(run).active)


@pytest.mark.promise("leaks")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(12, 100))
@pytest.mark.usefixtures("quick")
def test_runs_leave_nothing_behind(
    count: int, tiny: ModuleType, temporary: Path, figure: Callable[[str], None]
) -> None:
    others = workers()
    scheduler, queue = Scheduler(start_worker), Queue(LocalExecutor((sys.executable, UNRULY, "leaves")))

    def some(numbers: range) -> tuple[tuple[int, int, int], int]:
        for number in numbers:
            run_small(scheduler, tiny, number)
            run_live(queue, number)
        at_rest(scheduler, tiny, others)
        return held(others), psutil.Process().memory_info().rss

    before, memory = some(range(500, 503))  # the first ones fill caches
    after, grown = some(range(count))
    assert after == before and grown - memory < MEMORY and not list(temporary.iterdir())
    scheduler.close()
    queue.close()
    until(lambda: not workers() - others)
    figure(
        f"{2 * count} runs done, failed, cancelled or killed: {after[0]} threads, {after[1]} child and {after[2]} "
        f"descriptors as before, no file left, {max(0, grown - memory) / 2**20:.0f} MB more"
    )


def at_rest(scheduler: Scheduler, tiny: ModuleType, others: set[psutil.Process]) -> None:
    """One more run, so that there is a worker, and the queue of live ones is empty."""
    run = scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=1), fresh=True)
    until(lambda: scheduler._current is None and not scheduler.snapshot(run).active, 60)
    until(lambda: not [each for each in threading.enumerate() if each.name == "cnnviz-training"])
    until(lambda: len(workers() - others) == 1)
