"""Does watching cost a training its speed? A worker's run while three browsers watch it, against the same run alone.

One long run trains in a worker process, one thread; a real server shows it from the store that all share. Windows of
the run with three Chromium pages on it take turns with windows without any. On a small machine browsers and trainer
compete for the same cores, which is no fault of the server; so the worker has the first core for itself, and server and
browsers (these at the lowest priority) share the others. The figure of record is steps per CPU second of the worker, by
the kernel's own clock of that process: it falls if watching makes the worker do more (events, looks, checkpoints,
locks), or throws out its caches. The line also tells the same by the wall clock, and what three watchers cost the
server. The limit is the same run unwatched. Run it on a machine that does nothing else: all share hyperthreads and
caches.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.measure import report
from cnnviz import runs
from cnnviz.jobs import training
from cnnviz.training.config import Config
from cnnviz.training.events import Step
from tests.browser.conftest import launch, serving_process

ROUNDS, SECONDS, WATCHERS = 5, 6.0, 3
TICK = os.sysconf("SC_CLK_TCK")


def spent(process: int) -> float:
    """CPU seconds of a process so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def moment(run: str, process: int) -> tuple[int, float, float]:
    """Steps, CPU seconds and wall seconds at the moment when the next step event is told."""
    seen = len(runs.events(run))
    while True:
        new = [event for event in runs.events(run, since=seen) if isinstance(event, Step)]
        if new:
            return new[-1].step, spent(process), time.monotonic()
        time.sleep(0.01)


def window(run: str, process: int) -> tuple[float, float]:
    """Steps per CPU second of the worker, and per second, over some seconds."""
    step, cpu, wall = moment(run, process)
    time.sleep(SECONDS)
    last, cpu_after, wall_after = moment(run, process)
    return (last - step) / (cpu_after - cpu), (last - step) / (wall_after - wall)


@contextmanager
def trained(folder: str) -> Iterator[tuple[str, int]]:
    """A run on its way in a worker: its name and its process."""
    os.environ |= {"CNNVIZ_DATA": folder, "OMP_NUM_THREADS": "1"}
    run = training.start(Config(data="shapes", epochs=500, device="cpu"), by="bench")
    try:
        while not any(isinstance(event, Step) for event in runs.events(run)):
            if training.standing(run).state not in ("queued", "running"):
                raise RuntimeError(training.standing(run).message)
            time.sleep(0.1)
        yield run, training.standing(run).pid or 0
    finally:
        training.tell(run, {"do": "stop"})
        while training.standing(run).active:
            time.sleep(0.1)


def measured(pages: list[Page], link: str, run: str, process: int) -> tuple[list[tuple[float, float]], ...]:
    """Windows alone and windows watched, in turns; each page is asked whether it shows the run."""
    alone, watched = [], []
    for number in range(ROUNDS + 1):
        for page in pages:
            page.goto("about:blank")
        before = window(run, process)
        for page in pages:
            page.goto(link, timeout=120_000)
        for page in pages:
            page.get_by_text("images/s").first.wait_for(timeout=120_000)
        after = window(run, process)
        if number:  # the first round warms the server
            alone.append(before)
            watched.append(after)
    return alone, watched


def tell(alone: list[tuple[float, float]], watched: list[tuple[float, float]], *, server: float) -> None:
    """The case: medians, and the medians of the ratios of neighbouring windows."""
    cpu, wall = (statistics.median(b[k] / a[k] for a, b in zip(alone, watched, strict=True)) for k in (0, 1))
    report(
        f"training in a worker, {WATCHERS} browsers watch, ConvNetJS net, one thread",
        {
            "ours": statistics.median(each[0] for each in watched),
            "limit": statistics.median(each[0] for each in alone),
        },
        agreement=f"by the wall clock {wall:.3f}; the server takes {server:.2f} of a core",
        unit="steps_per_cpu_s",
        ratios={"limit": cpu},
    )


@contextmanager
def low_priority() -> Iterator[None]:
    """What is started inside, the browsers, gets the lowest priority; only root can take it back."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


def run() -> None:
    """One line; needs Linux, whose kernel tells the CPU time of another process."""
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        name, process = opened.enter_context(trained(folder))
        first, *others = sorted(os.sched_getaffinity(0))
        if others:
            os.sched_setaffinity(process, {first})
            os.sched_setaffinity(0, others)
        address, server = opened.enter_context(serving_process("app.py", CNNVIZ_DATA=folder))
        opened.enter_context(low_priority())
        browser = launch(opened.enter_context(sync_playwright()), whole=True)
        pages = [browser.new_context().new_page() for _ in range(WATCHERS)]
        windows = measured(pages, f"{address}/training?run={name}", name, process)
        before, start = spent(server.pid), time.monotonic()
        time.sleep(SECONDS)
        cost = (spent(server.pid) - before) / (time.monotonic() - start)
        tell(*windows, server=cost)
        browser.close()
