"""The rules and landscapes as JavaScript, in a real Chromium: the same paths as Python's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.script import landscapes_script
from cnnviz.optim import CONVENTIONS, RULES, trajectory
from cnnviz.optim.script import rules_script

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
STEPS = 300
# sines and exponentials differ in their last bit between the languages: where a path is chaotic, that bit decides
SHORT = {"rastrigin": 3, "two-basins": 60}
RUN = """(job) => {
  const trail = [job.start], rule = RULES[job.rule], surface = LANDSCAPES[job.landscape](job.parameters);
  (job.convention === "torch" ? rule.walk : rule[job.convention])(job.settings, surface.gradient, trail, job.rates);
  const shown = trail.slice(0, job.rows);
  return {rows: shown, values: shown.map(([x, y]) => surface.value(x, y)), state: rule.state};
}"""


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page()
    # a classic script's constants are seen by all that is evaluated later
    opened.add_script_tag(content=rules_script() + landscapes_script())
    yield opened
    opened.close()


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


def test_the_script_is_small() -> None:
    assert len(rules_script()) + len(landscapes_script()) < 40_000
