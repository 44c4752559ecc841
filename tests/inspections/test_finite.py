"""Black, white, flat and saturated pictures through every look into every network that ships: finite numbers only."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnviz.actmax import OBJECTIVES, PARAMETERIZATIONS, climb
from cnnviz.attribution import ATTRIBUTIONS, BadAttribution, attribute
from cnnviz.cam import METHODS, MethodError, explain
from cnnviz.features import maps
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.inspections.views import carried
from cnnviz.models import NETWORKS, load
from cnnviz.occlusion import FILLS, Patch, occlude
from tests.extremes import PICTURES, check
from tests.promises import quick_and_full

SHIPPED = [
    pytest.param(name, marks=pytest.mark.slow if name == "photo" else ())
    for name, spec in NETWORKS.items()
    if spec.published is None
]
FEW = ("black", "white", "saturated")
pytestmark = [
    pytest.mark.timeout(1_800),
    pytest.mark.filterwarnings("error::RuntimeWarning"),
    pytest.mark.usefixtures("one_thread"),
]
Tell = Callable[[str], None]


def chosen(network: str, *, full: bool) -> dict[str, np.ndarray]:
    names = list(PICTURES) if full else FEW[: 1 if network == "photo" else 3]
    return {name: PICTURES[name] for name in names}


def quickest(name: str) -> bool:
    return METHODS[name].name not in ("score-cam", "ablation-cam")


@pytest.mark.promise("finite")
@pytest.mark.parametrize("full", quick_and_full(False, True))
@pytest.mark.parametrize("name", SHIPPED)
def test_every_map_of_every_method_is_finite(name: str, full: bool, figure: Tell) -> None:
    network, done, at = load(name), 0, 0
    for title, picture in chosen(name, full=full).items():
        check(network.predict(picture), f"{name}, {title}")
        for layer in network.layers if full else network.layers[:1]:
            check(maps(network, picture, layer.path), f"{name}, {title}, {layer.path}")
            for method in METHODS if full else filter(quickest, METHODS):
                try:
                    found = explain(network, picture, method=method, layer=layer.path)
                except MethodError:
                    continue
                at += check([found, found.total, found.channels()], f"{name}, {title}, {layer.path}, {method}")
                done += 1
    figure(f"{name}: {done} class activation maps of black, white and flat pictures: {at:,} numbers, all finite")


@pytest.mark.promise("finite")
@pytest.mark.parametrize("full", quick_and_full(False, True))
@pytest.mark.parametrize("name", SHIPPED)
def test_every_attribution_and_occlusion_is_finite(name: str, full: bool, figure: Tell) -> None:
    network, done = load(name), 0
    for title, picture in chosen(name, full=full).items():
        view = network.view(picture)
        for method in ATTRIBUTIONS if full else list(ATTRIBUTIONS)[:1]:
            try:
                for event in attribute(network, view, method=method):
                    check([event, event.missing], f"{name}, {title}, {method}")
            except BadAttribution:
                continue
            done += 1
        for fill in FILLS if full else list(FILLS)[:1]:
            third = max(view.shape[:2]) // 3
            *_, last = occlude(network, view, Patch(third, third, third, third, fill=fill))
            check([last, last.drop], f"{name}, {title}, {fill}")
            done += 1
    figure(f"{name}: {done} attributions and occlusions of black, white and flat pictures: all finite")


@pytest.mark.promise("finite")
@pytest.mark.parametrize("steps", quick_and_full(2, 40))
@pytest.mark.parametrize("name", ["convnetjs", "cifar-fast"])
def test_every_climb_is_finite_at_any_step_size(name: str, steps: int, figure: Tell) -> None:
    network, done = load(name), 0
    layer = network.layers[0].path
    goals = [f"logit:{network.classes[0]}", f"channel:{layer}:0", f"unit:{layer}:0"]
    for goal in goals:
        for parameterization in PARAMETERIZATIONS:
            for rate in (None, 10.0):
                for event in climb(network, goal, parameterization=parameterization, rate=rate, steps=steps):
                    check(event, f"{goal}, {parameterization}, {rate}")
                done += 1
    assert OBJECTIVES
    figure(f"{name}: {done} climbs of {steps} steps, half of them with the largest step: all numbers finite")


def settings(task: Any, picture: str) -> Any:
    """The task's own settings on a small network and this picture."""
    names = {field.name for field in dataclasses.fields(task.settings)}
    asked = {"network": "cifar-fast", "picture": picture, "objective": "logit:cat", "layer": "", "steps": 8}
    if "method" in names and task.settings().method == "cam":
        asked["method"] = "grad-cam"  # this network has no average before its last layer
    if task.name in ("patches", "statistics"):
        return None  # of data sets, not of one picture
    return task.settings(**{key: value for key, value in asked.items() if key in names})


@pytest.mark.promise("finite")
@pytest.mark.parametrize("full", quick_and_full(False, True))
def test_every_event_of_every_look_is_json_that_a_browser_reads(full: bool, figure: Tell) -> None:
    network, done = load("cifar-fast"), 0
    for name in PICTURES if full else FEW[:1]:
        picture = carried(network.view(PICTURES[name]))
        for task in INSPECTIONS.values():
            asked = settings(task, picture)
            for event in task.run(asked) if asked else ():
                json.dumps(dataclasses.asdict(event), allow_nan=False)
                done += 1
                if task.name == "slow-cam" and event.map:
                    check(np.frombuffer(base64.b64decode(event.map), "<f4"), f"{task.name}, {name}")
    figure(f"{done} events of the looks at black, white and flat pictures: all are JSON without NaN")
