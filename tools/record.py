"""Record the runs that pages show before anybody asks: ``python -m tools.record [task…]``.

For each small training and each inspection its default settings and its examples. A recording is made anew when the
task's file has changed since, or with ``--all``. Prints seconds and size of each; no run should take over 90 kB.
"""

from __future__ import annotations

import hashlib
import inspect
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs.driving import drive, prepare
from cnnviz.jobs.recordings import DAMAGED, RUNS, packed, path_of, unpacked
from cnnviz.jobs.snapshot import task_of
from cnnviz.training.tasks.registry import TASKS, Task

LARGEST = 90_000  # bytes: pictures take more than curves


def source(task: Task) -> str:
    """Digest of the file that defines a task: what a recording was made with."""
    file = inspect.getsourcefile(task.run)
    if file is None:
        raise FileNotFoundError(f"{task.name} has no source file")
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


def wanted(task: Task) -> Iterator[Any]:
    """The settings of a task that are recorded."""
    yield task.settings()
    yield from task.examples


def current(task: Task, settings: Any) -> bool:
    """Whether there is a recording by the task as it is now."""
    try:
        return bool(unpacked(path_of(task, settings).read_bytes())["source"] == source(task))
    except DAMAGED:
        return False


def record(task: Task, settings: Any) -> None:
    """Run a task and write what it yields."""
    start = time.perf_counter()
    events = list(drive(task, settings))
    seconds = round(time.perf_counter() - start, 2)
    facts = {
        "seconds": seconds,
        "date": datetime.now(UTC).date().isoformat(),
        "source": source(task),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
    }
    data = packed(task, settings, events, **facts)
    if len(data) > LARGEST:
        raise SystemExit(f"{task.name}: {len(data)} bytes are more than {LARGEST}; let it yield fewer numbers")
    RUNS.mkdir(parents=True, exist_ok=True)
    path = path_of(task, settings)
    path.write_bytes(data)
    print(f"{path.name}: {len(events)} events, {seconds} s, {len(data)} bytes")


def main(arguments: list[str]) -> None:
    """Record the tasks named, or all; drop recordings of settings that nobody asks for any more."""
    prepare()
    again = "--all" in arguments
    for name in [each for each in arguments if each != "--all"] or [*TASKS, *INSPECTIONS]:
        task = task_of(name)
        kept = {path_of(task, settings) for settings in wanted(task)}
        for path in set(RUNS.glob(f"{name}-{'?' * 16}.json.gz")) - kept:
            path.unlink()
        for settings in wanted(task):
            if again or not current(task, settings):
                record(task, settings)


if __name__ == "__main__":
    main(sys.argv[1:])
