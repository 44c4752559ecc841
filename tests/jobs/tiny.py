"""Tasks for the tests of jobs, each with its own way to behave; the worker is given this module's name."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnviz.params import param
from cnnviz.training.tasks.registry import Task


@dataclass(frozen=True)
class Settings:
    steps: int = param(4, low=1, high=100_000, help="events")
    pause: float = param(0.0, low=0.0, high=60.0, help="seconds between two")
    seed: int = param(0, low=0, high=1000, help="seed")
    note: str = param("", help="a path to write to")


@dataclass(frozen=True)
class Event:
    progress: float
    value: float
    pair: tuple[tuple[float, ...], ...] = ()


def counting(settings: Settings) -> Iterator[Event]:
    try:
        for step in range(settings.steps):
            time.sleep(settings.pause)
            yield Event((step + 1) / settings.steps, float(step), ((float(step),), ()))
    finally:
        if settings.note:
            Path(settings.note).write_text("closed")


def diverging(settings: Settings) -> Iterator[Event]:
    for k, value in enumerate((1.0, math.inf, -math.inf, math.nan)):
        yield Event((k + 1) / 4, value)


def printing(settings: Settings) -> Iterator[Event]:
    print('{"run": 0, "end": "done"}')  # noqa: T201
    os.write(1, b"garbage \xff\n{\n")
    sys.stdout.write("no end of line")
    assert sys.stdin.read() == ""
    yield Event(1.0, 7.0)


def failing(settings: Settings) -> Iterator[Event]:
    yield Event(0.5, 1.0)
    raise RuntimeError("secret path /home")


def refusing(settings: Settings) -> Iterator[Event]:
    yield Event(0.5, 1.0)
    raise Refused("choose a smaller one")


def deaf(settings: Settings) -> Iterator[Event]:
    yield Event(0.1, 1.0)
    while True:  # swallows what would stop it politely
        time.sleep(0.1)


def drawing(settings: Settings) -> Iterator[Event]:
    import torch

    torch.manual_seed(settings.seed)
    for step in range(3):
        yield Event((step + 1) / 3, float(torch.rand(())))


class Refused(ValueError):
    pass


Refused.__module__ = "cnnviz.tests"


def _task(name: str, run: object, seconds: float = 60.0) -> Task:
    return Task(name, name.title(), "For tests.", "none", Settings, run, Event, seconds)  # type: ignore[arg-type]


TASKS = {
    name: _task(name, run)
    for name, run in {
        "counting": counting,
        "diverging": diverging,
        "printing": printing,
        "failing": failing,
        "refusing": refusing,
        "deaf": deaf,
        "drawing": drawing,
    }.items()
}
TASKS["short"] = _task("short", counting, seconds=0.5)
