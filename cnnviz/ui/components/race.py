"""The race of update rules: contours, surface and losses with one clock, walked in the browser from any start.

The server sends what to walk on and by which rules, a few kB; every path is computed in the browser, by the JavaScript
that :mod:`cnnviz.optim.script` and :mod:`cnnviz.landscapes.script` make of the Python, so the start can be dragged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import CATEGORIES, table
from cnnviz.landscapes.script import landscapes_script
from cnnviz.optim.script import rules_script
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_SHARED = ("packing", "settling", "shapes", "window_colours", "window_controls")
_PARTS = ("walk", "words", "plane", "paths", "surface", "chart", "controls", "events")
_HTML = '<div class="race"></div>'
DIVERGED = "#D55E00"  # means one thing only, so no rule gets it of its own accord
COLOURS = tuple(colour for colour in CATEGORIES if colour != DIVERGED)
MOST_RUNNERS = 12
Point = tuple[float, float]


class BadRace(ValueError):
    """What the browser could not race."""


@cache
def javascript() -> str:
    """The whole component: the rules and landscapes first, then how they are drawn."""
    return rules_script() + landscapes_script() + script(*_SHARED, *(f"race_{part}" for part in _PARTS), "race")


_mount = component("race", html=_HTML, css=style("race"), js=javascript())


@dataclass(frozen=True)
class Runner:
    """One rule in the race, by its name in ``cnnviz.optim.RULES``; ``colour`` "" takes the next of the categories."""

    rule: str
    title: str
    settings: Mapping[str, float]
    convention: str = "torch"
    colour: str = ""


@dataclass(frozen=True)
class Scene:
    """What is raced. ``domain`` is ((left, right), (bottom, top)), as a landscape has it.

    The landscape "own" has a ``program`` instead of a name: ``value``, ``gx`` and ``gy`` in postfix form, lists of
    numbers, "x", "y" and names of operations. ``factors`` (steps,) multiply each runner's rate. ``noise`` (steps, 2) is
    added to the gradients in the order in which they are asked for. ``goal`` is the loss that counts as arrived.
    """

    landscape: str
    title: str
    domain: tuple[Point, Point]
    start: Point
    runners: Sequence[Runner]
    steps: int
    minima: Sequence[Point] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    program: Mapping[str, Sequence[float | str]] | None = None
    factors: Sequence[float] | NDArray[np.float64] | None = None
    noise: Sequence[Point] | NDArray[np.floating[Any]] | None = None
    goal: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be drawn, in one sentence."""
        if not 1 <= len(self.runners) <= MOST_RUNNERS:
            raise BadRace(f"{len(self.runners)} rules cannot race; choose 1 to {MOST_RUNNERS}.")
        if self.steps < 1:
            raise BadRace("A race needs at least 1 step.")
        if any(not low < high for low, high in self.domain):
            raise BadRace("The picture needs a left below its right and a bottom below its top.")
        if (self.landscape == "own") != (self.program is not None):
            raise BadRace('The landscape "own" needs a program, the others have none.')

    def message(self) -> dict[str, Any]:
        """What travels to the browser; packed numbers keep all 64 bits, so that both sides walk the same path."""
        plain = ("landscape", "title", "domain", "steps", "minima", "program", "goal", "label")
        message = {name: getattr(self, name) for name in plain}
        message["parameters"] = dict(self.parameters)
        message["runners"] = [
            asdict(runner) | {"settings": dict(runner.settings), "colour": runner.colour or COLOURS[k % len(COLOURS)]}
            for k, runner in enumerate(self.runners)
        ]
        message["factors"] = None if self.factors is None else packed(np.asarray(self.factors), "<f8")
        message["noise"] = None if self.noise is None else packed(np.asarray(self.noise), "<f8")
        message["colours"] = packed(table("viridis")[::8], "u1")
        return message


@dataclass(frozen=True)
class View:
    """What the student looks at: the start, the step (None: the last) and the rule in words, by its place."""

    start: Point
    step: int | None = None
    runner: int = 0


def race(scene: Scene, *, key: str, step: int | None = None, runner: int = 0, on_view: Callable[[], None]) -> None:
    """Draw the race at ``step`` (None: all of it). ``on_view`` is called when the student settles: :func:`viewed`.

    The browser keeps where it is while the server gives back what it was told; any other view from here wins.
    """
    view = View((float(scene.start[0]), float(scene.start[1])), step, runner)
    data = message(scene, view, generation=state.generation())
    _mount(key=key, data=data, on_view_change=on_view)


def message(scene: Scene, view: View, *, generation: int = 0) -> dict[str, Any]:
    """All that the browser is told."""
    return scene.message() | {"view": asdict(view), "generation": generation}


def viewed(key: str) -> View | None:
    """What the student settled on since the page was last reset; what a browser sends is not trusted.

    A click on a preset tells the view of before in the same message, and may be served first: an ``on_view`` that finds
    its page's values changed since they were drawn leaves them.
    """
    found = getattr(state.get(key), "view", None)
    if not isinstance(found, dict) or found.get("generation") != state.generation():
        return None
    start, step, runner = found.get("start"), found.get("step"), found.get("runner")
    if not isinstance(start, list | tuple) or len(start) != 2 or not all(_is_near(at) for at in start):
        return None
    if not _is_count(runner) or not (step is None or _is_count(step)):
        return None
    return View((float(start[0]), float(start[1])), None if step is None else int(step), int(runner or 0))


def _is_near(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e9


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and _is_near(value) and 0 <= value == int(value)
