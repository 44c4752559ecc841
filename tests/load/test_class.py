"""A hundred students at once, on one server that trains: nobody is lost, and nobody waits long."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.load.apart import complete
from tests.load.changes import changes
from tests.load.served import Server, served
from tests.load.students import LIGHT, MIX, Tally, attend, rehearse
from tests.load.tab import tab
from tests.promises import quick_and_full

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what another process costs")
SLOWEST, GROWTH = 1.5, 150.0  # seconds at p95; MB over the warmed state
ALONE = 0.1  # share of the lesson for which the training is watched by nobody


@dataclass(frozen=True)
class Lesson:
    students: int
    seconds: float
    think: float
    rehearsed: int  # changes per page before the class
    pages: tuple[str, ...] = tuple(MIX)


QUICK, FULL = Lesson(12, 8.0, 1.5, 1, LIGHT), Lesson(100, 180.0, 15.0, 12)


async def begin_training(server: Server) -> str:
    """Press Start on the page; returns the query of the link to the run."""
    async with tab(server.url) as lecturer:
        await lecturer.open("training", "train-epochs=500&train-data=shapes")
        await lecturer.change(next(change for change in changes(lecturer.screen) if change.label == "Start"))
        return lecturer.screen.query


def images_seen(folder: Path) -> tuple[float, float]:
    """Images that the training has seen, and its seconds; as its log says."""
    for line in reversed(next(folder.glob("runs/*/events.jsonl")).read_text().splitlines()):
        if json.loads(line).get("event") == "step":
            return 64.0 * json.loads(line)["step"], time.monotonic()
    return 0.0, time.monotonic()


def wait_for_steps(folder: Path) -> None:
    end = time.monotonic() + 60
    while not any(folder.glob("runs/*/events.jsonl")) or not images_seen(folder)[0]:
        assert time.monotonic() < end, "the training did not begin"
        time.sleep(0.1)


def rate(before: tuple[float, float], after: tuple[float, float]) -> float:
    return (after[0] - before[0]) / (after[1] - before[1])


async def lesson_of(server: Server, folder: Path, plan: Lesson) -> tuple[Tally, dict[str, float]]:
    """The class beside the training: what the students saw, and what it cost."""
    query = await begin_training(server)
    await asyncio.to_thread(wait_for_steps, folder)
    start = images_seen(folder)
    await asyncio.sleep(max(2.0, ALONE * plan.seconds))
    alone, memory, cpu = images_seen(folder), server.memory(), server.cpu()
    attending = asyncio.create_task(
        attend(server.url, count=plan.students, seconds=plan.seconds, think=plan.think, watched=query, pages=plan.pages)
    )
    most = memory
    while not attending.done():
        await asyncio.sleep(1)
        most = max(most, server.memory())
    tally, beside = await attending, images_seen(folder)
    cost = {
        "growth": most - memory,
        "cpu": 1000 * (server.cpu() - cpu) / tally.finished,
        "busy": (server.cpu() - cpu) / (beside[1] - alone[1]),
        "reruns": tally.finished / (beside[1] - alone[1]),
        "alone": rate(start, alone),
        "beside": rate(alone, beside),
    }
    return tally, cost


@pytest.mark.promise("class")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("plan", quick_and_full(QUICK, FULL, alone=True))
def test_a_class_loses_nobody_and_nobody_waits_long_beside_a_training(plan: Lesson, tmp_path: Path, figure) -> None:
    with served(tmp_path) as server:
        rehearsed = complete(rehearse(server.url, each=plan.rehearsed, pages=plan.pages))
        assert rehearsed.failures == []
        tally, cost = complete(lesson_of(server, tmp_path, plan))
        log = server.log.read_text()
    figure(
        f"{plan.students} sessions, {len(tally.seconds)} answers, {len(tally.failures)} failures: "
        f"p50 {tally.quantile(0.5):.2f} s, p95 {tally.quantile(0.95):.2f} s, worst {max(tally.seconds):.1f} s, "
        f"{cost['growth']:+.0f} MB"
    )
    figure(
        f"{cost['reruns']:.1f} reruns/s at {cost['cpu']:.0f} ms of CPU each; the training beside them runs at "
        f"{100 * cost['beside'] / cost['alone']:.0f} % of {cost['alone']:.0f} images/s alone"
        f"; load {os.getloadavg()[0]:.0f}"
    )
    assert tally.failures == [], tally.failures
    assert "Traceback" not in log, log[-3000:]
    assert len(tally.seconds) >= plan.students
    assert tally.quantile(0.95) <= SLOWEST, tally.slowest
    assert cost["growth"] <= GROWTH
    assert cost["beside"] > 0
