"""The walks of the race in Chromium: the same numbers as in Python, rule by rule."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.formula import FUNCTIONS, formula
from cnnviz.optim import CONVENTIONS, RULES, SCHEDULES, trajectory
from cnnviz.optim.trajectory import errors
from cnnviz.ui.components.race import Runner, javascript
from tests.browser.test_race import agrees, race_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WALK = """jobs => jobs.map(({data, start}) => {
  const packed = {steps: data.steps, factors: data.factors && unpacked(data.factors, Float64Array),
    noise: data.noise && unpacked(data.noise, Float64Array)};
  const run = walked(readRunner(data.runners[0], 0, packed), landscapeOf(data), start, null);
  return [run.x[run.last] ?? 0, run.y[run.last] ?? 0, run.last, run.diverged];
})"""


def in_browser(page: Page, jobs: list[dict[str, Any]]) -> list[Any]:
    source = javascript().replace("export default function", "const show = function", 1)
    found: list[Any] = page.evaluate(f"jobs => {{ {source}\n return ({WALK})(jobs); }}", jobs)
    return found


def test_every_rule_walks_as_in_python(chromium: Browser) -> None:
    jobs, expected, names = [], [], []
    for rule in RULES:
        for convention in (CONVENTIONS[0], *RULES[rule].forms):
            for landscape in ("quadratic", "rosenbrock", "beale", "saddle", "styblinski-tang", "two-basins"):
                for schedule, noise in (("constant", 0.0), ("cosine", 0.0), ("warmup", 0.02)):
                    surface, settings = LANDSCAPES[landscape], RULES[rule].settings()
                    how: dict[str, Any] = {"steps": 120, "convention": convention, "schedule": schedule}
                    expected.append(trajectory(rule, surface, settings=settings, noise=noise, seed=3, **how))
                    runner = Runner(rule, rule, dataclasses.asdict(settings), convention)
                    factors = SCHEDULES[schedule].rates(1.0, 120)
                    drawn = errors(120, noise, 3) if noise else None
                    scene = race_of(landscape, runners=[runner], steps=120, factors=factors, noise=drawn)
                    jobs.append({"data": scene.message(), "start": surface.start})
                    names.append((rule, convention, landscape, schedule))
    page = chromium.new_page()
    found = in_browser(page, jobs)
    page.close()
    wrong = [
        (name, got, made.path[-1], len(made.rows) - 1, made.diverged)
        for name, got, made in zip(names, found, expected, strict=True)
        if not agrees(dict(zip(("x", "y", "steps"), got[:3], strict=True)), made) or got[3] != made.diverged
    ]
    assert wrong == []


def test_a_formula_of_ones_own_is_walked_as_in_python(chromium: Browser) -> None:
    texts = ["(1 - x)**2 + 3*(y - x**2)**2", "abs(x) + sqrt(1 + y**2)", "exp(-x) + x + tanh(y)**2"]
    texts.append("x**2 + cos(3*y) + y**2 / (2 + x)")
    jobs, expected = [], []
    for text in texts:
        surface = formula(text)
        settings = RULES["adam"].settings()
        runner = Runner("adam", "Adam", dataclasses.asdict(settings))
        scene = race_of("saddle", landscape="own", runners=[runner], program=surface.program, minima=(), parameters={})
        jobs.append({"data": scene.message(), "start": (-0.5, 0.25)})
        expected.append(trajectory("adam", surface, start=(-0.5, 0.25), steps=100))
    page = chromium.new_page()
    found = in_browser(page, jobs)
    page.close()
    for got, made in zip(found, expected, strict=True):
        assert agrees(dict(zip(("x", "y", "steps"), got[:3], strict=True)), made)


def test_every_function_of_a_formula_is_known(chromium: Browser) -> None:
    page = chromium.new_page()
    source = javascript().replace("export default function", "const show = function", 1)
    read = "names.map((name) => built(['x', name])(0.3, 0))"
    values = page.evaluate(f"names => {{ {source}\n return {read}; }}", list(FUNCTIONS))
    page.close()
    assert values == pytest.approx([abs(0.3) if n == "abs" else getattr(math, n)(0.3) for n in FUNCTIONS], rel=1e-15)
