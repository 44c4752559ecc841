"""Runs of a live training in any state, and a queue that only notes what it is told: for the lecture's tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import runs
from cnnviz.jobs import training as jobs
from cnnviz.jobs.entry import Standing
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Epoch, Event, Step

CONFIG = Config(data="shapes", network="lenet5", lr=0.02, epochs=4, seed=3)
CLASSES = ("disc", "ring", "square", "triangle", "cross", "star", "moon", "stripes", "checks", "dots")
PER_EPOCH = 50
BUTTONS = ("start", "pause", "step", "resume", "stop", "go-on")


class Told:
    """A queue that only notes what it is told."""

    def __init__(self) -> None:
        self.commands: list[Any] = []
        self.state = "running"
        self.place = 0
        self.message = ""
        self.refuses = ""

    def start(self, config: Config, *, by: str, label: str = "") -> str:
        if self.refuses:
            raise jobs.Busy(self.refuses)
        self.commands.append(config)
        return made((), config=config)

    def tell(self, run: str, command: dict[str, Any]) -> None:
        self.commands.append(command)
        self.state = {"pause": "paused", "resume": "running", "stop": "stopped"}.get(command["do"], self.state)

    def go_on(self, run: str, *, by: str) -> str:
        self.commands.append("go on")
        self.state = "queued"
        return run

    def standing(self, run: str) -> Standing:
        return Standing(self.state, self.place, self.message)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    for name in ("start", "tell", "go_on", "standing"):
        monkeypatch.setattr(jobs, name, getattr(told, name))
    return told


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of one test are not listed in another; none is recorded unless a test says so."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    real = runs.listed
    monkeypatch.setattr(runs, "listed", lambda: tuple(each for each in real() if not each.recorded))


def begun(step: int = 0) -> Begun:
    return Begun(step, 0, CONFIG.epochs, PER_EPOCH, 64, 62_006, CLASSES, 3200, 400, 400, "cpu", "float32", 2)


def steps(first: int, last: int, *, loss: Callable[[int], float] = lambda k: 2.3 - 0.005 * k) -> list[Event]:
    return [Step(k, k / PER_EPOCH, loss(k), 0.1 + 0.002 * k, 0.02, 3200.0, k / 50) for k in range(first, last + 1)]


def epoch(number: int, accuracy: float = 0.4) -> Epoch:
    return Epoch(number, number * PER_EPOCH, 2.0 / number, 0.5, 2.1 / number, accuracy, 0.02, 3200.0, number * 1.0)


def made(events: Sequence[Event], *, config: Config = CONFIG, label: str = "", state: str = "running") -> str:
    """A run with these events in the store."""
    run = runs.create(config, label=label, by="somebody")
    with runs.writer(runs.folder(run)) as writer:
        for event in events:
            writer.event(event)
    runs.stand(run, state)
    return run


def enabled(app: AppTest) -> set[str]:
    there = {each.key: each for each in app.button}
    return {name for name in BUTTONS if f"train-{name}" in there and not there[f"train-{name}"].disabled}


def components(app: AppTest, name: str) -> list[dict[str, Any]]:
    """The data of the components called ``name``, in the order of the page."""
    found = [each.proto for each in app.get("bidi_component")]
    return [json.loads(each.json)[0] for each in found if each.component_name == f"cnnviz.{name}"]


def said(app: AppTest) -> str:
    told = components(app, "readings")[0]["said"]
    return " ".join([told["name"], told["standing"], told["verdict"]])


def numbers(app: AppTest) -> dict[str, str]:
    items = components(app, "readings")[0]["items"]
    return {item["name"]: item["value"].replace("\N{NO-BREAK SPACE}", " ") for item in items}


def refresh(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception and not app.error
    return app


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return refresh(app)
