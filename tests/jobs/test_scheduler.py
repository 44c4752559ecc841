"""Runs in real worker processes: joined, queued, cancelled, failed, killed."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from cnnviz.jobs import Busy, Scheduler, Snapshot, UnknownRun
from cnnviz.jobs import scheduler as module
from cnnviz.jobs.job import Job
from cnnviz.training.tasks.registry import BadSettings
from tests.jobs.waiting import until


def finished(scheduler: Scheduler, run: str) -> Snapshot:
    until(lambda: not scheduler.snapshot(run).active)
    return scheduler.snapshot(run)


def begun(scheduler: Scheduler, run: str) -> None:
    until(lambda: scheduler.snapshot(run).events or not scheduler.snapshot(run).active)
    assert scheduler.snapshot(run).state == "running", scheduler.snapshot(run).message


@pytest.fixture
def long(tiny: ModuleType) -> Any:
    """A run of some twenty seconds, and others like it by ``replace``."""
    return tiny.Settings(steps=1000, pause=0.02)


def test_all_events_arrive_in_order_as_records(scheduler: Scheduler, tiny: ModuleType) -> None:
    run = scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=5))
    done = finished(scheduler, run)
    assert done.state == "done" and done.progress == 1.0 and done.message == "" and done.place == 0
    assert done.events == tuple(tiny.Event((k + 1) / 5, float(k), ((float(k),), ())) for k in range(5))
    assert scheduler.snapshot(run, since=3).events == done.events[3:]


def test_time_left_is_told_from_the_pace_of_the_events(tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("cnnviz.jobs.job.time.monotonic", lambda: now[0])
    job = Job("run", tiny.TASKS["counting"], tiny.Settings(), state="running", began=90.0)
    job.tell(tiny.Event(0.1, 0.0))
    assert job.snapshot(0, 0).left is None  # ten seconds of imports tell nothing
    now[0] = 101.0
    job.tell(tiny.Event(0.3, 0.0))
    assert job.snapshot(0, 0).left == pytest.approx(3.5)
    now[0] = 102.0
    assert job.snapshot(0, 0).left == pytest.approx(2.5) and job.snapshot(0, 0).seconds == 12.0
    job.end("done", "")
    assert job.snapshot(0, 0).left is None


def test_numbers_that_are_not_finite_arrive_as_such(scheduler: Scheduler, tiny: ModuleType) -> None:
    done = finished(scheduler, scheduler.submit(tiny.TASKS["diverging"], tiny.Settings()))
    values = [event.value for event in done.events]
    assert values[:3] == [1.0, math.inf, -math.inf] and math.isnan(values[3])


def test_what_a_task_prints_or_reads_is_no_message(scheduler: Scheduler, tiny: ModuleType) -> None:
    done = finished(scheduler, scheduler.submit(tiny.TASKS["printing"], tiny.Settings()))
    assert (done.state, done.events) == ("done", (tiny.Event(1.0, 7.0),))


def test_same_seed_same_run_in_another_worker(scheduler: Scheduler, tiny: ModuleType) -> None:
    import torch

    from cnnviz.jobs.driving import drive

    before = torch.get_rng_state()
    here = tuple(drive(tiny.TASKS["drawing"], tiny.Settings(seed=3)))
    assert torch.equal(before, torch.get_rng_state())
    there = finished(scheduler, scheduler.submit(tiny.TASKS["drawing"], tiny.Settings(seed=3)))
    assert here == there.events and len({event.value for event in here}) == 3


def test_requests_for_the_same_run_join(scheduler: Scheduler, tiny: ModuleType, tmp_path: Path) -> None:
    settings = tiny.Settings(steps=20, pause=0.01, note=str(tmp_path / "closed"))
    runs: list[str] = []
    threads = [
        threading.Thread(target=lambda: runs.append(scheduler.submit(tiny.TASKS["counting"], settings)))
        for _ in range(100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 100 and len(set(runs)) == 1
    first = finished(scheduler, runs[0])
    assert scheduler.submit(tiny.TASKS["counting"], settings) == runs[0]
    assert scheduler.snapshot(runs[0]) == first  # finished: joined, not run again


def test_fresh_runs_again_and_keeps_the_earlier_events_until_there_are_new_ones(
    scheduler: Scheduler, tiny: ModuleType
) -> None:
    settings = tiny.Settings(steps=3, pause=0.2)
    first = finished(scheduler, scheduler.submit(tiny.TASKS["counting"], settings))
    run = scheduler.submit(tiny.TASKS["counting"], settings, fresh=True)
    started = scheduler.snapshot(run)
    assert started.active and not started.events and started.earlier == first.events
    done = finished(scheduler, run)
    assert done.events == first.events and not done.earlier


def test_runs_have_their_turn_in_order_and_know_their_place(
    scheduler: Scheduler, tiny: ModuleType, long: Any, tmp_path: Path
) -> None:
    first = scheduler.submit(tiny.TASKS["counting"], long)
    waiting = [scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=k, pause=0.02)) for k in (11, 12, 13)]
    begun(scheduler, first)
    assert [scheduler.snapshot(run).place for run in waiting] == [1, 2, 3]
    assert scheduler.cancel(waiting[0]) and scheduler.snapshot(waiting[0]).state == "cancelled"
    assert [scheduler.snapshot(run).place for run in waiting] == [0, 1, 2]
    assert scheduler.cancel(first)
    ends = []
    for run in waiting[1:]:
        finished(scheduler, run)
        ends.append(scheduler._jobs[run].ended)
    assert ends == sorted(ends)


def test_cancel_stops_the_worker_within_half_a_second(
    scheduler: Scheduler, tiny: ModuleType, long: Any, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    run = scheduler.submit(tiny.TASKS["counting"], replace(long, note=str(closed)))
    begun(scheduler, run)
    worker, start = scheduler.worker_pid, time.monotonic()
    assert scheduler.cancel(run)
    until(closed.exists, seconds=5)
    assert time.monotonic() - start < 0.5
    stopped = scheduler.snapshot(run)
    assert stopped.state == "cancelled" and stopped.events and stopped.message
    after = finished(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=2)))
    assert after.state == "done" and scheduler.worker_pid == worker  # the same worker goes on
    assert scheduler.snapshot(run).events == stopped.events  # nothing came after


def test_cancelled_and_failed_runs_can_be_asked_for_again(scheduler: Scheduler, tiny: ModuleType) -> None:
    settings = tiny.Settings(steps=30, pause=0.02)
    run = scheduler.submit(tiny.TASKS["counting"], settings)
    scheduler.cancel(run)
    assert scheduler.submit(tiny.TASKS["counting"], settings) == run
    assert finished(scheduler, run).state == "done" and len(scheduler.snapshot(run).events) == 30


def test_one_viewer_cannot_stop_a_run_for_the_others(scheduler: Scheduler, tiny: ModuleType, long: Any) -> None:
    run = scheduler.submit(tiny.TASKS["counting"], long, by="ada")
    assert scheduler.find(tiny.TASKS["counting"], long, by="bob") is not None
    assert not scheduler.cancel(run, by="ada") and scheduler.snapshot(run).active
    assert scheduler.snapshot(run).viewers == 1
    assert scheduler.cancel(run, by="bob") and not scheduler.snapshot(run).active


def test_viewers_who_no_longer_look_do_not_count(
    scheduler: Scheduler, tiny: ModuleType, long: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.jobs.job.LOOKING", 0.0)
    run = scheduler.submit(tiny.TASKS["counting"], replace(long, seed=5), by="gone")
    time.sleep(0.01)
    assert scheduler.cancel(run, by="ada")


@pytest.mark.parametrize(("name", "sentence"), [("failing", "log"), ("refusing", "choose a smaller one")])
def test_a_task_that_fails_is_one_sentence(scheduler: Scheduler, tiny: ModuleType, name: str, sentence: str) -> None:
    failed = finished(scheduler, scheduler.submit(tiny.TASKS[name], tiny.Settings()))
    assert failed.state == "failed" and sentence in failed.message and "secret" not in failed.message
    assert len(failed.message) <= 140 and len(failed.events) == 1


def test_a_killed_worker_fails_its_run_and_the_next_has_a_new_one(
    scheduler: Scheduler, tiny: ModuleType, long: Any
) -> None:
    run = scheduler.submit(tiny.TASKS["counting"], replace(long, seed=9))
    after = scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=6, seed=9))
    begun(scheduler, run)
    worker = scheduler.worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    failed = finished(scheduler, run)
    assert failed.state == "failed" and "start it again" in failed.message and failed.events
    assert finished(scheduler, after).state == "done" and scheduler.worker_pid != worker


def test_a_run_that_takes_too_long_is_stopped(scheduler: Scheduler, tiny: ModuleType, long: Any) -> None:
    stopped = finished(scheduler, scheduler.submit(tiny.TASKS["short"], long))
    assert stopped.state == "failed" and "longer than" in stopped.message and 0.4 < stopped.seconds < 3
    at_once = scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=2, seed=3))
    assert finished(scheduler, at_once).state == "done"  # not given to the worker that is being killed


def test_a_task_that_hears_no_stop_is_killed(
    scheduler: Scheduler, tiny: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.jobs.following.GRACE", 0.3)
    run = scheduler.submit(tiny.TASKS["deaf"], tiny.Settings())
    begun(scheduler, run)
    worker = scheduler.worker_pid
    scheduler.cancel(run)
    assert scheduler.snapshot(run).state == "cancelled"
    until(lambda: not psutil.pid_exists(worker or 0), seconds=5)
    after = finished(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=2, seed=7)))
    assert after.state == "done"


def test_settings_out_of_range_are_refused_before_anything_starts(tiny: ModuleType) -> None:
    nothing = Scheduler(lambda: pytest.fail("started a worker"))
    with pytest.raises(BadSettings, match="steps is 0; choose a value from 1 to 100000"):
        nothing.submit(tiny.TASKS["counting"], tiny.Settings(steps=0))
    with pytest.raises(BadSettings, match="type float"):
        nothing.submit(tiny.TASKS["counting"], tiny.Settings(pause="1"))


def test_the_queue_and_the_share_of_one_viewer_are_bounded(tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scheduler, "_wake", lambda self: None)  # nothing ever starts
    still = Scheduler()
    for k in range(module.OWN):
        still.submit(tiny.TASKS["counting"], tiny.Settings(seed=k), by="ada")
    with pytest.raises(Busy, match="Two of your trainings"):
        still.submit(tiny.TASKS["counting"], tiny.Settings(seed=99), by="ada")
    still.submit(tiny.TASKS["counting"], tiny.Settings(seed=0), by="ada")  # joins its own
    for k in range(module.OWN, module.WAITING):
        still.submit(tiny.TASKS["counting"], tiny.Settings(seed=k))
    with pytest.raises(Busy, match="try again in a minute"):
        still.submit(tiny.TASKS["counting"], tiny.Settings(seed=module.WAITING), by="bob")


def test_finished_runs_are_kept_up_to_a_number(
    scheduler: Scheduler, tiny: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    runs = [scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=1, seed=k)) for k in range(8)]
    finished(scheduler, runs[-1])
    finished(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=1, seed=8)))
    with pytest.raises(UnknownRun, match="train it again"):
        scheduler.snapshot(runs[0])
    assert sum(not job.active for job in scheduler._jobs.values()) <= 4


def test_a_worker_that_does_not_start_is_one_sentence(tiny: ModuleType) -> None:
    def broken() -> Any:
        raise OSError("no more processes")

    scheduler = Scheduler(broken)
    failed = finished(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings()))
    assert failed.state == "failed" and "did not start" in failed.message


def test_a_worker_with_nothing_to_do_ends(scheduler: Scheduler, tiny: ModuleType) -> None:
    scheduler._idle = 0.1
    finished(scheduler, scheduler.submit(tiny.TASKS["counting"], tiny.Settings(steps=1, seed=99)))
    worker = scheduler.worker_pid
    assert worker is not None
    until(lambda: not psutil.pid_exists(worker), seconds=5)
    assert scheduler._thread is None and scheduler.worker_pid is None
