"""Every small training keeps the rules of its registry; iterated, so that a new one is tested on arrival.

The first events of a run are made here and compared with the recording; whole runs are slow.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.jobs import recorded
from cnnviz.jobs.driving import drive
from cnnviz.jobs.recordings import path_of
from cnnviz.params import params
from cnnviz.training.tasks.registry import TASKS, BadSettings, Task

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = 3  # events: on another processor rounding grows from step to step
LARGEST = 60_000  # bytes
PLAIN = {int, float, bool, str}


@pytest.fixture(params=list(TASKS))
def task(request: pytest.FixtureRequest) -> Task:
    return TASKS[request.param]


@cache
def begun(name: str) -> tuple[Any, ...]:
    """The first events of a task with its defaults."""
    return first(TASKS[name], TASKS[name].settings())


def first(task: Task, settings: Any) -> tuple[Any, ...]:
    events = drive(task, settings)
    with contextlib.closing(events):
        return tuple(itertools.islice(events, FIRST))


def plain(event: Any) -> Any:
    """An event as JSON holds it."""
    return {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def close(a: Any, b: Any) -> bool:
    """Equal in shape, and in numbers up to 1 % and 1e-3: the last digits differ between processors."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-2, abs_tol=1e-3)
    return bool(isinstance(a, str) or a == b)  # pictures as text: a level of 255 may differ


def test_the_menu_is_read_without_torch() -> None:
    code = (
        "import sys; from cnnviz.training.tasks.registry import TASKS; from cnnviz import jobs\n"
        "for task in TASKS.values(): jobs.recorded(task, task.settings())\n"
        "print(len(TASKS), {'torch', 'torchvision', 'captum'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=1) == [str(len(TASKS)), "set()\n"]


def test_it_says_what_it_is(task: Task) -> None:
    assert task.name == task.name.lower() and " " not in task.name
    assert task.title and task.reference and 0 < len(task.summary) <= 120 and task.summary.endswith(".")
    assert (task.run.__doc__ or "").strip() and (task.event.__doc__ or "").strip()


def test_every_setting_has_a_range_and_a_line_of_help(task: Task) -> None:
    declared = {p.name: p for p in params(task.settings)}
    fields = dataclasses.fields(task.settings)
    assert set(declared) == {field.name for field in fields} and "seed" in declared
    for p in declared.values():
        assert p.help and (p.choices or (p.low is not None and p.high is not None) or isinstance(p.default, bool))
        assert type(p.default) in {int, float, bool, str}


def test_settings_survive_json_and_others_are_refused(task: Task) -> None:
    settings = task.settings()
    assert task.rebuilt(json.loads(json.dumps(task.told(settings)))) == settings
    with pytest.raises(BadSettings, match="no setting"):
        task.rebuilt({"no-such": 1})
    for p in params(task.settings):
        for wrong in ("x" * 300, None, [1], 1e99):
            with pytest.raises(BadSettings) as told:
                task.rebuilt({p.name: wrong})
            assert len(str(told.value)) <= 140


def test_events_are_numbers_and_text(task: Task) -> None:
    assert dataclasses.fields(task.event)[0].name == "progress"
    for event in begun(task.name):
        assert type(event) is task.event
        assert {type(leaf) for value in plain(event).values() for leaf in leaves(value)} <= PLAIN
        back = task.event_of(json.loads(json.dumps(plain(event))))
        assert json.dumps(plain(back)) == json.dumps(plain(event))  # NaN is not equal to itself


def test_the_same_seed_gives_the_same_run_and_other_seeds_others(task: Task) -> None:
    torch.manual_seed(123)
    told = json.dumps([plain(event) for event in begun(task.name)])
    again = first(task, task.settings())
    assert json.dumps([plain(event) for event in again]) == told
    other = first(task, dataclasses.replace(task.settings(), seed=task.settings().seed + 1))
    assert json.dumps([plain(event) for event in other]) != told


def test_the_caller_keeps_its_random_numbers_and_settings(task: Task) -> None:
    before, drawn = situation(), (random.getstate(), torch.get_rng_state())
    first(task, task.settings())
    assert situation() == before and random.getstate() == drawn[0] and torch.equal(torch.get_rng_state(), drawn[1])


def situation() -> tuple[Any, ...]:
    """What a task might change for everybody."""
    numpy: Any = np.random.get_state()  # noqa: NPY002 (a task may use it)
    modes = torch.is_grad_enabled(), torch.get_default_dtype(), torch.are_deterministic_algorithms_enabled()
    return (numpy[1].tobytes(), numpy[2], *modes)


def test_it_stops_when_nobody_asks(task: Task) -> None:
    events = drive(task, task.settings())
    next(events)
    start = time.process_time()
    events.close()
    assert time.process_time() - start < 0.5


def test_what_is_recorded_agrees_with_a_run(task: Task) -> None:
    told = recorded(task, task.settings())
    assert told is not None, f"no recording of {task.name}; run `python -m tools.record {task.name}`"
    assert told.state == "done" and told.seconds > 0 and told.events[-1].progress == 1.0
    assert path_of(task, task.settings()).stat().st_size <= LARGEST
    same(told.events[:FIRST], begun(task.name))


def same(recording: tuple[Any, ...], run: tuple[Any, ...]) -> None:
    for seen, now in zip(recording, run, strict=True):
        a, b = plain(seen), plain(now)
        assert not [name for name in a if not close(a[name], b[name])], "run `python -m tools.record`"


def test_progress_of_the_recording_rises_to_one(task: Task) -> None:
    told = recorded(task, task.settings())
    assert told is not None
    rises_to_one(told.events)


def rises_to_one(events: tuple[Any, ...]) -> None:
    progress = [event.progress for event in events]
    assert 5 <= len(progress) <= 120
    assert progress == sorted(progress) and progress[0] >= 0
    assert progress[-1] == 1.0 and all(value < 1 for value in progress[:-1])


@pytest.mark.slow
def test_a_whole_run_is_as_long_as_its_recording(task: Task) -> None:
    start, events = time.process_time(), tuple(drive(task, task.settings()))
    assert time.process_time() - start < task.seconds / 3  # a slow machine has three times as long
    rises_to_one(events)
    told = recorded(task, task.settings())
    assert told is not None and [e.progress for e in events] == pytest.approx(
        [e.progress for e in told.events], rel=1e-5
    )
    assert {type(leaf) for event in events for value in plain(event).values() for leaf in leaves(value)} <= PLAIN


def test_examples_are_recorded_too(task: Task) -> None:
    for settings in task.examples:
        assert isinstance(settings, task.settings)
        assert recorded(task, settings) is not None, f"run `python -m tools.record {task.name}`"
