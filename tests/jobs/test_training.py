"""The queue of live trainings, with an executor of no processes: limits, turns, what is refused."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz import runs
from cnnviz.jobs import training as module
from cnnviz.jobs.commands import BadCommand
from cnnviz.jobs.scheduler import Busy
from cnnviz.jobs.training import Queue
from cnnviz.jobs.turns import Turns
from cnnviz.training.config import BadConfig
from tests.jobs.waiting import config, until

pytestmark = pytest.mark.usefixtures("quick")


def test_a_run_waits_trains_and_is_done(queue: Queue, fake) -> None:
    first = queue.start(config(1), by="ann", label="mine")
    until(lambda: queue.standing(first).state == "running")
    second, third = queue.start(config(2), by="ben"), queue.start(config(3), by="cem")
    assert [queue.standing(run).place for run in (first, second, third)] == [0, 1, 2]
    fake.handles[first].end("done")
    until(lambda: queue.standing(second).state == "running")
    assert queue.standing(first).state == "done" and queue.standing(third).place == 1
    assert (runs.summary(first).label, runs.summary(first).by) == ("mine", "ann")


def test_a_double_click_is_one_run(queue: Queue, fake) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: queue.start(config(1), by="ann"), range(32)))
    assert len(found) == 1 and len(runs.listed()) == 1
    until(lambda: fake.launched)
    assert queue.start(config(1), by="ann") in found
    assert queue.start(config(1), by="ben") not in found  # another viewer's is another run
    (run,) = found
    queue.tell(run, {"do": "stop"})
    until(lambda: queue.standing(run).state == "stopped")
    assert queue.start(config(1), by="ann") != run


def test_one_viewer_has_one_running_and_one_queued(queue: Queue) -> None:
    for seed in (1, 2):
        queue.start(config(seed), by="ann")
    with pytest.raises(Busy, match=r"^Two of your trainings.{0,100}\.$"):
        queue.start(config(3), by="ann")
    queue.start(config(3), by="ben")


def test_the_queue_is_bounded(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    until(lambda: queue.standing(queue.start(config(0), by="0")).state == "running")
    for seed in (1, 2, 3):
        queue.start(config(seed), by=str(seed))
    with pytest.raises(Busy, match=r"^3 trainings wait"):
        queue.start(config(4), by="4")


@pytest.mark.promise("queue")
@pytest.mark.parametrize("places", [1, 3])
def test_a_hundred_submits_at_once(fakes, places: int, figure) -> None:
    fake = fakes.FakeExecutor(places, seconds=0.002)
    queue = Queue(fake)
    barrier = threading.Barrier(100)

    def submit(number: int) -> str:
        barrier.wait()
        return queue.start(config(number), by=f"viewer {number // 2}")

    with ThreadPoolExecutor(100) as pool:
        found = list(pool.map(submit, range(100)))
    until(lambda: all(queue.standing(run).state == "done" for run in found), 60)
    assert len(set(found)) == 100 and sorted(fake.launched) == sorted(found)  # none lost, none doubled
    assert fake.most <= places
    queue.close()
    figure(f"100 submits at once of live trainings, {places} at a time: never more than {fake.most}, 0 lost, 0 doubled")


@pytest.mark.promise("queue")
def test_turns_are_shared_whoever_asks_most(fakes, figure) -> None:
    """Ten viewers always ask again when they may; two of them do it all the time."""
    fake = fakes.FakeExecutor(2, seconds=0.002)
    queue = Queue(fake)
    owners: dict[str, str] = {}
    end = threading.Event()

    def insist(viewer: str, wait: float) -> None:
        seed = 0
        while not end.is_set():
            seed += 1
            try:
                owners[queue.start(config(seed), by=viewer)] = viewer
            except Busy:
                time.sleep(wait)

    pool = [threading.Thread(target=insist, args=(f"v{k}", 0.001 if k < 2 else 0.02)) for k in range(10)]
    for thread in pool:
        thread.start()
    until(lambda: len(set(owners.copy().values())) == 10, 60)  # a thread that has not begun yet asks for nothing
    before = len(fake.launched)
    until(lambda: len(fake.launched) >= before + 100, 60)
    end.set()
    for thread in pool:
        thread.join()
    shares = Counter(owners[run] for run in fake.launched[before : before + 100])
    assert len(shares) == 10 and fakes.jain(shares) >= 0.95
    queue.close()
    figure(f"100 turns of live trainings among 10 visitors, 2 of whom ask without pause: Jain {fakes.jain(shares):.3f}")


def test_turns_go_round_and_are_not_saved_up() -> None:
    turns = Turns()
    for run in ("a1", "a2", "a3", "b1", "c1", "b2"):
        turns.add(run, run[0])
    assert turns.order() == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert [turns.place(run) for run in ("a1", "a3", "none")] == [1, 6, 0]
    assert [turns.take(), turns.take({"b"}), turns.take(), turns.take()] == ["a1", "c1", "b1", "a2"]
    turns.add("d1", "d")  # was away until now: no more turns than the others have left
    turns.add("d2", "d")
    assert turns.order() == ["b2", "d1", "a3", "d2"]
    turns.remove("d1")
    turns.add("d3", "d")
    assert turns.take({"a", "b", "c", "d"}) is None and len(turns) == 4


@pytest.mark.parametrize("command", [{}, {"do": "explode"}, {"do": ["stop"]}, {"do": "change", "lr": "0.1; rm"}])
def test_nonsense_is_refused_in_a_sentence(queue: Queue, command: dict[str, object]) -> None:
    run = queue.start(config(1), by="ann")
    with pytest.raises(BadCommand) as refused:
        queue.tell(run, command)
    assert len(str(refused.value)) <= 140
    for lr in (float("nan"), -1.0, 1e9):
        with pytest.raises(BadConfig):
            queue.tell(run, {"do": "change", "lr": lr})


@pytest.mark.parametrize("run", ["0" * 12, "../../etc", "", "x" * 5000])
def test_an_unknown_run_is_a_sentence(queue: Queue, run: str) -> None:
    for ask in (queue.standing, lambda it: queue.go_on(it, by=""), lambda it: queue.tell(it, {"do": "stop"})):
        with pytest.raises(runs.BadRun) as unknown:
            ask(run)
        assert len(str(unknown.value)) <= 140


def test_the_server_imports_no_torch() -> None:
    line = "import sys, cnnviz.jobs.training as t, cnnviz.jobs.run_worker; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
