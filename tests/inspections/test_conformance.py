"""Every look that takes seconds keeps the rules of its registry; iterated, so that a new one is tested on arrival."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
import time
from functools import cache
from typing import Any

import pytest
import torch

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, BadSettings, Task
from cnnviz.jobs import recorded
from cnnviz.jobs.driving import drive
from cnnviz.jobs.recordings import path_of
from cnnviz.models import load
from cnnviz.params import params
from cnnviz.training.tasks.registry import TASKS
from tests.training.test_tasks import first, leaves, plain

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = 3
LARGEST = 90_000  # bytes of a recording
EVENT = 150_000  # characters of an event: they are polled by a class
PLAIN = {int, float, bool, str}


@pytest.fixture(params=list(INSPECTIONS))
def task(request: pytest.FixtureRequest) -> Task:
    return INSPECTIONS[request.param]


@cache
def begun(name: str) -> tuple[Any, ...]:
    return first(INSPECTIONS[name], INSPECTIONS[name].settings())


def test_the_menu_is_read_without_torch() -> None:
    code = (
        "import sys; from cnnviz.inspections.registry import INSPECTIONS; from cnnviz import jobs\n"
        "for task in INSPECTIONS.values(): jobs.recorded(task, task.settings())\n"
        "print(len(INSPECTIONS), {'torch', 'torchvision', 'captum'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=1) == [str(len(INSPECTIONS)), "set()\n"]


def test_no_name_is_that_of_a_training() -> None:
    assert not set(TASKS) & set(INSPECTIONS)


def test_it_says_what_it_is(task: Task) -> None:
    assert task.name == task.name.lower() and " " not in task.name and task.words is LOOKING
    assert task.title and task.reference and 0 < len(task.summary) <= 120 and task.summary.endswith(".")
    assert (task.run.__doc__ or "").strip() and (task.event.__doc__ or "").strip()
    declared = {p.name: p for p in params(task.settings)}
    assert set(declared) == {field.name for field in dataclasses.fields(task.settings)} and "network" in declared
    assert all(p.help and type(p.default) in PLAIN for p in declared.values())


def test_settings_survive_json_and_others_are_refused(task: Task) -> None:
    settings = task.settings()
    assert task.rebuilt(json.loads(json.dumps(task.told(settings)))) == settings
    with pytest.raises(BadSettings, match="no setting"):
        task.rebuilt({"no-such": 1})
    for p in params(task.settings):
        wrong = [None, [1]] if isinstance(p.default, str) else ["x" * 300, None, [1], 1e99]
        for value in wrong:
            with pytest.raises(BadSettings) as told:
                task.rebuilt({p.name: value})
            assert len(str(told.value)) <= 140


def test_events_are_numbers_and_text_of_a_bounded_size(task: Task) -> None:
    assert dataclasses.fields(task.event)[0].name == "progress"
    for event in begun(task.name):
        assert type(event) is task.event
        assert {type(leaf) for value in plain(event).values() for leaf in leaves(value)} <= PLAIN
        text = json.dumps(plain(event))
        assert len(text) <= EVENT
        assert json.dumps(plain(task.event_of(json.loads(text)))) == text  # NaN is not equal to itself


def told(event: Any) -> str:
    """An event without what the clock says."""
    return json.dumps({name: value for name, value in plain(event).items() if "second" not in name})


def test_the_same_settings_give_the_same_look(task: Task) -> None:
    """How much happens between two events may depend on the clock, so the first ones are compared."""
    torch.manual_seed(123)
    assert told(first(task, task.settings())[0]) == told(begun(task.name)[0])


@pytest.mark.slow
def test_a_whole_run_ends_as_its_recording(task: Task) -> None:
    recording = recorded(task, task.settings())
    assert recording is not None
    events = list(drive(task, task.settings()))
    names = [name for name in plain(events[-1]) if "second" not in name]
    assert all(
        ends_alike(*([plain(event)[name] for event in each] for each in (events, recording.events))) for name in names
    )


def ends_alike(ours: list[Any], recorded: list[Any]) -> bool:
    """Told last, or, where each event adds what is new, by all together: the clock decides how much is new."""
    if close(ours[-1], recorded[-1]):
        return True
    return isinstance(ours[-1], tuple) and close(sum(ours, start=()), sum(recorded, start=()))


def close(a: Any, b: Any) -> bool:
    """Equal in shape, and in numbers up to 2 % and 2e-3; pictures as text may differ."""
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=2e-2, abs_tol=2e-3)
    return bool(isinstance(a, str) or a == b)


def test_the_network_is_left_as_it_was(task: Task) -> None:
    """Also when nobody asks for the rest."""
    network = load(task.settings().network)
    before = situation(network.model)
    drawn = torch.get_rng_state()
    start = time.process_time()
    first(task, task.settings())
    assert situation(network.model) == before and torch.equal(torch.get_rng_state(), drawn)
    assert network.lock.acquire(blocking=False) and time.process_time() > start
    network.lock.release()


def situation(model: torch.nn.Module) -> tuple[Any, ...]:
    """What a look might leave behind."""
    hooks = [
        (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks), m.training) for m in model.modules()
    ]
    weights = [(p.requires_grad, p.grad is None, float(p.detach().double().sum())) for p in model.parameters()]
    return hooks, weights, torch.is_grad_enabled(), torch.get_default_dtype()


def test_nonsense_is_told_in_a_sentence(task: Task) -> None:
    names = {p.name for p in params(task.settings)}
    for name, value in (("network", "no-such"), ("picture", "sample:no-such"), ("picture", "png:%%%"), ("layer", "x")):
        if name not in names:
            continue
        settings = dataclasses.replace(task.settings(), **{name: value})
        with pytest.raises(Exception) as told:  # noqa: PT011 (the worker tells whatever is ours)
            list(drive(task, settings))  # on a busy machine many events say that time passes before it is told
        assert type(told.value).__module__.startswith("cnnviz."), (name, told.value)


def test_what_is_recorded_is_whole(task: Task) -> None:
    for settings in (task.settings(), *task.examples):
        told = recorded(task, settings)
        assert told is not None, f"no recording of {task.name}; run `python -m tools.record {task.name}`"
        assert told.state == "done" and told.seconds > 0
        assert path_of(task, settings).stat().st_size <= LARGEST
        progress = [event.progress for event in told.events]
        assert progress == sorted(progress) and progress[-1] == 1.0 and all(0 <= value < 1 for value in progress[:-1])
