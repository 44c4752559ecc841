"""The rules and landscapes as JavaScript, in a real Chromium: the same paths as Python's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.script import landscapes_script
from cnnviz.optim import CONVENTIONS, RULES, trajectory
from cnnviz.optim.script import rules_script
from tests.browser.conftest import launch

STEPS = 300
# sines and exponentials differ in their last bit between the languages: where a path is chaotic, that bit decides
SHORT = {"rastrigin": 3, "two-basins": 60}
BENCH = """() => {
  const gradient = LANDSCAPES.quadratic({kappa: 10}).gradient, rates = Array(500).fill(0.01), times = [];
  for (let k = 0; k < 20; k++) {
    const begin = performance.now();
    for (const name of %s) RULES[name].walk({lr: 0.01, momentum: 0.9, rho: 0.9, beta1: 0.9, beta2: 0.999, eps: 1e-8,
      weight_decay: 0.01}, gradient, [[1, 1]], rates);
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[10];
}"""
RUN = """(job) => {
  const trail = [job.start], rule = RULES[job.rule], surface = LANDSCAPES[job.landscape](job.parameters);
  (job.convention === "torch" ? rule.walk : rule[job.convention])(job.settings, surface.gradient, trail, job.rates);
  const shown = trail.slice(0, job.rows);
  return {rows: shown, values: shown.map(([x, y]) => surface.value(x, y)), state: rule.state};
}"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        opened = browser.new_page()
        # a classic script's constants are seen by all that is evaluated later
        opened.add_script_tag(content=rules_script() + landscapes_script())
        yield opened
        browser.close()


@pytest.mark.parametrize("rule", RULES)
def test_the_browser_walks_as_python_does(tab: Page, rule: str) -> None:
    for landscape, surface in LANDSCAPES.items():
        for convention in CONVENTIONS:
            if convention != "torch" and convention not in RULES[rule].forms:
                continue
            steps = SHORT.get(landscape, STEPS)
            ours = trajectory(rule, surface, steps=steps, convention=convention, schedule="cosine")
            job: dict[str, Any] = {
                "rule": rule,
                "landscape": landscape,
                "convention": convention,
                "parameters": dict(surface.parameters),
                "settings": dataclasses.asdict(ours.settings),
                "start": list(surface.start),
                "rates": list(ours.rates),
                "rows": len(ours.rows),
            }
            found = tab.evaluate(RUN, job)
            assert found["state"] == list(RULES[rule].state)
            np.testing.assert_allclose(
                np.array(found["rows"][1:], dtype=float),
                np.array(ours.rows[1:]),
                rtol=1e-9,
                atol=1e-12,
                err_msg=f"{rule} {landscape}",
            )
            np.testing.assert_allclose(np.array(found["values"], dtype=float), ours.loss, rtol=1e-9, atol=1e-12)


def test_eight_rules_of_500_steps_are_walked_within_a_frame(tab: Page) -> None:
    names = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw"]
    assert tab.evaluate(BENCH % names) < 16


def test_the_script_is_small() -> None:
    assert len(rules_script()) + len(landscapes_script()) < 40_000
