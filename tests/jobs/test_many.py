"""A class that presses at once: a hundred submits, cancels and dying workers among them, and whose turn it is."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnviz.jobs import Busy, Scheduler
from cnnviz.jobs import scheduler as module
from cnnviz.jobs.process import WorkerProcess
from cnnviz.jobs.training import Queue
from tests.jobs.waiting import config, until
from tests.promises import quick_and_full

UNRULY = str(Path(__file__).with_name("unruly.py"))
CLASS = 100


class Workers:
    """Starts quick workers and counts what they are told to run."""

    def __init__(self) -> None:
        self.ordered: list[int] = []
        self.alive: list[WorkerProcess] = []
        self.scheduler = Scheduler(self.start)

    def start(self) -> WorkerProcess:
        outer = self

        class Counted(WorkerProcess):
            def tell(self, **message: Any) -> None:
                if message["do"] == "run":
                    outer.ordered.append(message["settings"]["seed"])
                super().tell(**message)

        self.alive.append(Counted((sys.executable, UNRULY, "good")))
        return self.alive[-1]


@pytest.fixture
def workers() -> Iterator[Workers]:
    one = Workers()
    yield one
    one.scheduler.close()


def submitted(scheduler: Scheduler, task: Any, settings: Any, by: str) -> str:
    """Ask until there is room."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with suppress(Busy):
            return scheduler.submit(task, settings, by=by)
        time.sleep(0.002)
    raise AssertionError("never had its turn")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finished run, so that none can be lost unseen."""
    monkeypatch.setattr(module, "KEPT", 10_000)


@pytest.mark.promise("queue")
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("classes", quick_and_full(1, 10))
def test_a_class_presses_twice_at_once(
    classes: int, workers: Workers, tiny: ModuleType, figure: Callable[[str], None]
) -> None:
    """Each visitor's button is hit twice; the queue is full most of the time, and they press again."""
    scheduler, task, most = workers.scheduler, tiny.TASKS["counting"], 0
    end = threading.Event()

    def watch() -> None:
        nonlocal most
        while not end.is_set():
            most = max(most, len(scheduler._waiting))
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(classes):
        barrier = threading.Barrier(2 * CLASS)

        def press(click: int, number: int = number, barrier: threading.Barrier = barrier) -> str:
            barrier.wait()
            seed = number * CLASS + click // 2
            return submitted(scheduler, task, tiny.Settings(seed=seed % 1001, steps=1 + seed // 1001), str(seed))

        with ThreadPoolExecutor(2 * CLASS) as pool:
            found = list(pool.map(press, range(2 * CLASS)))
        assert len(set(found)) == CLASS
        until(lambda found=found: all(scheduler.snapshot(run).state == "done" for run in found), 60)
    end.set()
    watcher.join()
    assert sorted(workers.ordered) == sorted(seed % 1001 for seed in range(classes * CLASS))  # none lost, none doubled
    assert most <= module.WAITING and len(workers.alive) == 1
    figure(
        f"{classes} times {CLASS} visitors clicking twice at once: {len(workers.ordered)} runs, 0 lost, 0 doubled, "
        f"one at a time, at most {most} waiting"
    )


@pytest.mark.promise("queue")
@pytest.mark.usefixtures("kept")
def test_cancels_and_dying_workers_lose_no_other_run(
    workers: Workers, tiny: ModuleType, figure: Callable[[str], None]
) -> None:
    """What was stopped is stopped, what a death took says so and is done when asked for again."""
    rng, scheduler, task = random.Random(2), workers.scheduler, tiny.TASKS["counting"]
    asked = {}
    stopped, deaths = set(), 0
    for seed in range(CLASS):
        asked[seed] = submitted(scheduler, task, tiny.Settings(seed=seed), str(seed))
        if rng.random() < 0.2:
            mine = rng.randrange(seed + 1)
            scheduler.cancel(asked[mine], by=str(mine))
            stopped.add(mine)
        if seed % 20 == 10:
            until(lambda: workers.alive)
            workers.alive[-1]._process.kill()
            deaths += 1
    until(lambda: not any(scheduler.snapshot(run).active for run in asked.values()))
    states = {seed: scheduler.snapshot(run).state for seed, run in asked.items()}
    failed = [seed for seed, state in states.items() if state == "failed"]
    assert len(failed) <= deaths
    assert {seed for seed, state in states.items() if state == "cancelled"} <= stopped
    for seed in failed:
        submitted(scheduler, task, tiny.Settings(seed=seed), str(seed))
    until(lambda: all(scheduler.snapshot(asked[seed]).state == "done" for seed in failed))
    counts = Counter(states.values())
    figure(
        f"{CLASS} runs, {len(stopped)} cancels, {deaths} dead workers: {counts['done']} done, "
        f"{counts['cancelled']} cancelled, {counts['failed']} failed in words and done again"
    )


@pytest.mark.promise("queue")
@pytest.mark.usefixtures("kept")
def test_whoever_presses_most_has_no_more_turns(
    workers: Workers, tiny: ModuleType, fakes: ModuleType, figure: Callable[[str], None]
) -> None:
    """Ten visitors always ask again when they may; two of them do it all the time."""
    scheduler, task, owner, end = workers.scheduler, tiny.TASKS["counting"], {}, threading.Event()

    def insist(viewer: int, wait: float) -> None:
        for turn in range(100):
            seed = viewer * 100 + turn
            owner[seed] = viewer
            while not end.is_set():
                with suppress(Busy):
                    scheduler.submit(task, tiny.Settings(seed=seed, pause=0.01), by=str(viewer))
                    break
                time.sleep(wait)

    pool = [threading.Thread(target=insist, args=(k, 0.001 if k < 2 else 0.02)) for k in range(10)]
    for thread in pool:
        thread.start()
    until(lambda: len({owner[seed] for seed in workers.ordered}) == 10, 60)
    before = len(workers.ordered)
    until(lambda: len(workers.ordered) >= before + 200, 60)
    end.set()
    for thread in pool:
        thread.join()
    shares = Counter(owner[seed] for seed in workers.ordered[before : before + 200])
    index = fakes.jain(shares) * len(shares) / 10
    assert index >= 0.95
    figure(f"200 runs of 10 visitors, 2 of whom press 20 times as often: Jain index {index:.3f}")


@pytest.mark.promise("queue")
def test_live_trainings_are_stopped_and_die_and_none_is_lost(
    fakes: ModuleType, quick: None, figure: Callable[[str], None]
) -> None:
    rng, fake = random.Random(3), fakes.FakeExecutor(1, seconds=0.02)
    queue = Queue(fake)
    asked = []
    told: Counter[str] = Counter()
    for number in range(CLASS):
        asked.append(queue.start(config(number), by=f"viewer {number}"))
        mine = rng.choice(asked)
        if rng.random() < 0.2:
            queue.tell(mine, {"do": "stop"})
            told["stops"] += 1
        if number % 8 == 0:
            until(lambda: any(handle.alive for handle in list(fake.handles.values())))
            next(handle for handle in list(fake.handles.values()) if handle.alive).kill()
            told["deaths"] += 1
    until(lambda: not any(queue.standing(run).active for run in asked), 60)
    states = Counter(queue.standing(run).state for run in asked)
    assert set(states) <= {"done", "stopped", "interrupted"} and fake.most == 1
    assert states["stopped"] <= told["stops"] and states["interrupted"] <= told["deaths"]
    for run in asked:
        if queue.standing(run).state != "done":
            queue.go_on(run, by="")
    until(lambda: all(queue.standing(run).state == "done" for run in asked), 60)
    queue.close()
    figure(
        f"{CLASS} live runs, {told['stops']} stops, {told['deaths']} deaths: {states['done']} done, "
        f"{states['stopped']} stopped, {states['interrupted']} interrupted; all done after going on"
    )


def test_finished_runs_are_kept_up_to_a_size(
    workers: Workers, tiny: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An occlusion of thousands of windows tells its map some hundred times: 15 MB, and 32 runs are kept."""
    one = workers.scheduler
    first = submitted(one, tiny.TASKS["counting"], tiny.Settings(), "ann")
    until(lambda: one.snapshot(first).state == "done")
    assert 20 < one._jobs[first].size < 200  # the line of its one event
    monkeypatch.setattr(module, "KEPT_BYTES", 5 * one._jobs[first].size)
    for seed in range(1, 20):
        run = submitted(one, tiny.TASKS["counting"], tiny.Settings(seed=seed), "ann")
        until(lambda run=run: one.snapshot(run).state == "done")
    assert len(one._jobs) == 6 and first not in one._jobs  # the last is dropped with the next
