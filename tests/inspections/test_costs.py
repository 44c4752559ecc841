"""The dearest settings of every long computation: done, refused or ended at their cap, in words; stopped at once."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from cnnviz.attribution import ATTRIBUTIONS
from cnnviz.cam import METHODS
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.inspections.views import carried
from cnnviz.jobs import Scheduler, Snapshot
from cnnviz.jobs.following import GONE, LOST
from cnnviz.jobs.process import COMMAND, WorkerProcess
from cnnviz.jobs.worker import LOST as FAULT
from cnnviz.models import load
from cnnviz.occlusion import FILLS
from cnnviz.params import params
from cnnviz.training.tasks.registry import TASKS, Task
from tests.jobs.waiting import until
from tests.promises import quick_and_full

CAP = 2.5  # seconds instead of a task's own, so that sixty of them end
STOP = 0.5  # seconds in which a stopped one must have given the core back
SLACK = 0.5  # seconds more, on a machine that is busy with other things
EMBEDDED = ("photo", "cifar-resnet20", "cifar-fast", "convnetjs")
EVERY_MAP = (*METHODS, *ATTRIBUTIONS)
DEAREST: dict[str, dict[str, Any]] = {
    "occlusion": {"height": 1, "width": 1, "stride_down": 3, "stride_across": 3, "fill": "noise"},
    "slow-cam": {"method": "ablation-cam", "layer": "stem"},
    "climb": {"objective": "logit:dog", "steps": 512, "size": 224, "count": 2},
    "deletion": {"method": "score-cam", "layer": "stage4", "steps": 48},
    "randomization": {"method": "integrated-gradients"},
    "attribution": {"method": "all"},
    "patches": {"layer": "stage4", "unit": 0, "count": 4000},
    "statistics": {"count": 4000, "standard": True},
    "batch-norm": {"depth": 8, "width": 32, "batch": 128, "steps": 480},
    "depth": {"width": 32, "steps": 200},
    "linear": {"steps": 800},
    "overfit": {"steps": 4000},
}
TEXTS: dict[str, tuple[str, ...]] = {
    "objective": ("logit:0", "logit:dog", "logit:dog - 0.5*logit:cat; logit:ship", "channel:nowhere:1"),
    "parameterization": ("pixel+rgb", "fourier+decorrelated"),
    "jitter": ("none", "strong", "auto"),
    "penalties": ("", "auto", "60*tv + 10*l2"),
    "fill": (*FILLS, "pink"),
    "covered": ("", ";".join(["0,0,224,224"] * 32)),
    "data": ("", "shapes", "textures", "samples"),
    "method": EVERY_MAP,
}


def extremes(count: int) -> Iterator[tuple[Task, Any]]:
    """The dearest settings of every task, then corners of all ranges."""
    rng, tasks = random.Random(11), [*INSPECTIONS.values(), *TASKS.values()]
    assert {task.name for task in tasks} == set(DEAREST), "say what is dearest of the new one"
    dearest = ((task, task.settings(**DEAREST[task.name])) for task in tasks)
    corners = ((task, corner(task, rng)) for task in itertools.cycle(tasks))
    return itertools.islice(itertools.chain(dearest, corners), count)


def corner(task: Task, rng: random.Random) -> Any:
    """Each setting at one end of its range; names among those that there are, and now and then one that is not."""
    network = rng.choice(EMBEDDED)
    chosen: dict[str, Any] = {}
    for each in params(task.settings):
        kind = type(each.default)
        if each.name in {"network", "picture", "layer"}:
            among: tuple[Any, ...] = {
                "network": (network,),
                "picture": ("sample:cat", noise(network)),
                "layer": tuple(layer.path for layer in load(network).layers),
            }[each.name]
        elif each.choices:
            among = each.choices
        elif kind is bool:
            among = (False, True)
        elif kind is str:
            among = TEXTS.get(each.name, (each.default,))
        else:
            assert each.low is not None and each.high is not None
            among = (kind(each.low), kind(each.high))
        chosen[each.name] = rng.choice(among)
    if isinstance(chosen.get("target"), int):  # a class that does not exist is refused at once: not dear
        chosen["target"] = rng.choice((-1, 0, 99_999))
    return task.settings(**chosen)


@cache
def noise(network: str) -> str:
    """What a network sees of an upload of the largest size, which no codec makes smaller."""
    pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), np.uint8)
    return carried(load(network).view(pixels))


@pytest.fixture(scope="module")
def schedulers() -> Iterator[dict[bool, Scheduler]]:
    """For inspections, and for trainings: as in the program."""
    looking = functools.partial(WorkerProcess, (*COMMAND, "cnnviz.inspections.registry"))
    made = {True: Scheduler(looking), False: Scheduler()}
    yield made
    for each in made.values():
        each.close()


def begun(scheduler: Scheduler, task: Task, settings: Any) -> str:
    until(lambda: scheduler._current is None)
    run = scheduler.submit(dataclasses.replace(task, seconds=CAP), settings)
    until(lambda: scheduler.snapshot(run).state != "queued", 120)
    return run


def ended(scheduler: Scheduler, run: str) -> Snapshot:
    until(lambda: scheduler._current is None, 60)
    return scheduler.snapshot(run)


def outcome(found: Snapshot) -> str:
    if found.state == "failed" and "longer than" in found.message:
        assert found.seconds <= CAP + SLACK, found.message
        return "ended at the cap"
    assert found.message not in {GONE, LOST, FAULT} and len(found.message) <= 140, found
    assert found.state in {"done", "failed"} and found.seconds <= CAP + SLACK
    return "refused" if found.state == "failed" else "done"


@pytest.mark.promise("cost")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("count", quick_and_full(2, 60))
def test_nothing_goes_beyond_its_cap(
    count: int, schedulers: dict[bool, Scheduler], figure: Callable[[str], None]
) -> None:
    seen: Counter[str] = Counter()
    for task, settings in extremes(count):
        scheduler = schedulers[task.name in INSPECTIONS]
        seen[outcome(ended(scheduler, begun(scheduler, task, settings)))] += 1
    told = ", ".join(f"{number} {what}" for what, number in seen.most_common())
    figure(f"{count} extreme settings of {len(DEAREST)} computations, cap {CAP} s: {told}; 0 beyond it")


@pytest.mark.promise("cost")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("moments", quick_and_full((0.0,), (0.0, 0.3, 1.0), alone=True))
def test_each_stops_within_half_a_second(
    moments: tuple[float, ...], schedulers: dict[bool, Scheduler], figure: Callable[[str], None]
) -> None:
    """From the click until the worker is free for the next run or gone; the first moment is that of a new worker."""
    names = DEAREST if len(moments) > 1 else ("occlusion", "climb")
    tasks = [task for task in (*INSPECTIONS.values(), *TASKS.values()) if task.name in names]
    taken: list[float] = []
    for (number, moment), task in itertools.product(enumerate(moments), tasks):
        scheduler = schedulers[task.name in INSPECTIONS]
        seeded = dataclasses.replace(task.settings(**DEAREST[task.name]), seed=number + 1)
        run = begun(scheduler, task, seeded)
        time.sleep(moment)
        start = time.monotonic()
        scheduler.cancel(run)
        until(lambda scheduler=scheduler: scheduler._current is None)
        taken.append(time.monotonic() - start)
    assert sorted(taken)[len(taken) // 2] <= STOP and max(taken) <= STOP + SLACK
    told = f"median {sorted(taken)[len(taken) // 2]:.2f} s, worst {max(taken):.2f} s until the worker is free or gone"
    figure(f"{len(taken)} stops of {len(tasks)} computations, at once and {moments[-1]} s later: {told}")
