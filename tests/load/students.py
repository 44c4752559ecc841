"""A class: students who open a page, look, change something, look again, and go on to another page."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.load.changes import Change, changes
from tests.load.tab import Lost, Tab, tab

# how many of forty students are on each page at a time; "training?run=…" stands for those who watch the one that runs
MIX = {
    "": 4,
    "activation_maximization": 1,
    "augmentation": 2,
    "batch_norm": 2,
    "cam": 4,
    "convolution": 4,
    "filters": 3,
    "ledger": 2,
    "occlusion": 3,
    "optimizers": 3,
    "pooling": 2,
    "regularization": 2,
    "scores": 2,
    "sizes": 2,
    "training": 2,
    "vanishing": 2,
}
LIGHT = tuple(page for page in MIX if page not in ("activation_maximization", "cam", "filters", "occlusion"))
"""The pages for which the server needs no torch: for quick forms."""
CHANGES = 5  # on a page before the next one
WORK = ("Train", "Start", "Resume", "Stop", "Pause", "Step", "Delete", "Go on", "Replay", "Copy", "Download")
"""Buttons that start or end what takes a worker's seconds: the class has its one training."""


@dataclass
class Tally:
    """What happened to a class: seconds of every answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    finished: int = 0
    changed: set[str] = field(default_factory=set)

    def note(self, took: float, what: str) -> None:
        """One answer."""
        self.seconds.append(took)
        self.slowest = sorted([*self.slowest, (took, what)], reverse=True)[:8]

    def quantile(self, share: float) -> float:
        """The seconds within which that share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def harmless(change: Change) -> bool:
    """Whether it is a change that only draws."""
    return not any(word in change.label.strip("\u2060\xa0 ") for word in WORK)


@dataclass
class Student:
    """One session; ``think`` is the mean of the seconds between an answer and the next click."""

    url: str
    rng: random.Random
    tally: Tally
    think: float
    end: float
    watched: str = ""  # the link of the training that the class watches
    pages: Sequence[str] = tuple(MIX)

    async def attend(self) -> None:
        """Come within the first think time, and stay to the end."""
        await asyncio.sleep(self.rng.uniform(0, self.think))
        try:
            async with tab(self.url) as mine:
                try:
                    await self._lesson(mine)
                finally:
                    self.tally.finished += mine.finished
                    self.tally.failures += mine.screen.faults
        except (Lost, OSError, TimeoutError) as lost:
            self.tally.failures.append(f"{type(lost).__name__}: {lost}"[:400])

    async def _lesson(self, mine: Tab) -> None:
        page, query = self._next(mine)
        self.tally.note(await mine.open(page, query), page or "home")
        while time.monotonic() < self.end:
            for _ in range(self.rng.randint(1, CHANGES)):
                await self._look()
                if time.monotonic() >= self.end:
                    return
                await self._change(mine, page)
            page, _ = self._next(mine)
            self.tally.note(await mine.visit(page), page or "home")

    async def _change(self, mine: Tab, page: str) -> None:
        offered = [each for each in changes(mine.screen) if harmless(each)]
        if not offered:
            self.tally.note(await mine.again(), page or "home")
            return
        # a control first, then one of its values: a menu of a hundred is not clicked a hundred times as often
        wanted = self.rng.choice(sorted({each.state.id for each in offered}))
        change = self.rng.choice([each for each in offered if each.state.id == wanted])
        self.tally.note(await mine.change(change), f"{page or 'home'}: {change.label}")
        self.tally.changed.add(f"{page}: {change.label}")

    async def _look(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.5, 1.5) * self.think)

    def _next(self, mine: Tab) -> tuple[str, str]:
        """The next page, and the query with which the first one is opened: some come by the link of the training."""
        if not mine.screen.pages and self.watched and self.rng.random() < 0.1:
            return "training", self.watched
        return self.rng.choices(self.pages, weights=[MIX[page] for page in self.pages])[0], ""


async def attend(
    url: str,
    *,
    count: int,
    seconds: float,
    think: float,
    seed: int = 0,
    watched: str = "",
    pages: Sequence[str] = tuple(MIX),
) -> Tally:
    """A class of ``count`` students for so many seconds."""
    tally, end = Tally(), time.monotonic() + seconds
    students = [Student(url, random.Random(seed + k), tally, think, end, watched, pages) for k in range(count)]
    async with asyncio.TaskGroup() as group:
        for student in students:
            group.create_task(student.attend())
    return tally


async def rehearse(url: str, *, seed: int = 0, each: int = 6, pages: Sequence[str] = tuple(MIX)) -> Tally:
    """A lecturer who goes through all pages before the class, some changes on each: the server's warmed state."""
    tally, rng = Tally(), random.Random(seed)
    async with tab(url) as mine:
        for page in pages:
            took = await (mine.visit(page) if mine.screen.pages else mine.open(page))
            tally.note(took, page or "home")
            for _ in range(each):
                offered = [change for change in changes(mine.screen) if harmless(change)]
                if offered:
                    change = rng.choice(offered)
                    tally.note(await mine.change(change), f"{page or 'home'}: {change.label}")
        tally.failures += mine.screen.faults
    return tally
