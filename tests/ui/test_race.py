"""What the race sends to the browser, what it believes of what comes back, and the file for the slides."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.landscapes import LANDSCAPES
from cnnviz.optim import RULES
from cnnviz.ui.components import race as component
from cnnviz.ui.components.race import COLOURS, DIVERGED, BadRace, Runner, Scene, View, message, viewed
from cnnviz.ui.components.race_page import race_page

EIGHT = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw")


def scene(*rules: str, **changes: Any) -> Scene:
    surface = LANDSCAPES["himmelblau"]
    runners = [Runner(rule, RULES[rule].title, dataclasses.asdict(RULES[rule].settings())) for rule in rules]
    facts: dict[str, Any] = {"landscape": "himmelblau", "title": surface.title, "domain": surface.domain}
    facts |= {"start": surface.start, "runners": runners, "steps": 300, "minima": surface.minima}
    return Scene(**(facts | changes))


def test_the_message_of_300_steps_and_8_rules_stays_below_its_budget() -> None:
    numbers = np.random.default_rng(0)
    full = scene(*EIGHT, factors=numbers.random(300), noise=numbers.normal(size=(300, 2)), goal=0.1)
    assert len(json.dumps(message(scene(*EIGHT), View((0, 0))))) <= 4_000
    assert len(json.dumps(message(full, View((0, 0))))) <= 40_000


def test_rates_and_noise_travel_with_all_their_digits() -> None:
    factors, noise = [1.0, 0.1, 1 / 3], [(0.1, -0.2), (1e-300, 2 / 3), (0.0, -0.0)]
    sent = scene("sgd", steps=3, factors=factors, noise=noise).message()
    assert np.frombuffer(base64.b64decode(sent["factors"]), "<f8").tolist() == factors
    assert np.frombuffer(base64.b64decode(sent["noise"]), "<f8").reshape(-1, 2).tolist() == [list(row) for row in noise]


def test_no_rule_gets_the_colour_of_what_diverged_unless_asked() -> None:
    sent = scene(*EIGHT, *EIGHT[:4]).message()["runners"]
    assert DIVERGED not in [runner["colour"] for runner in sent]
    assert [runner["colour"] for runner in sent[:9]] == list(COLOURS)
    chosen = Runner("sgd", "SGD", {"lr": 0.1}, colour="#123456")
    assert scene(runners=[chosen]).message()["runners"][0]["colour"] == "#123456"


@pytest.mark.parametrize(
    "changes",
    [
        {"runners": []},
        {"runners": [Runner("sgd", "SGD", {"lr": 0.1})] * 13},
        {"steps": 0},
        {"domain": ((1.0, 1.0), (0.0, 1.0))},
        {"landscape": "own"},
        {"program": {"value": ["x"], "gx": [1], "gy": [0]}},
    ],
)
def test_what_cannot_be_raced_is_refused_in_one_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(BadRace, match=r"^[^.]+\.$") as refused:
        scene("sgd", **changes)
    assert len(str(refused.value)) <= 140


GOOD = {"start": [1, -0.5], "step": 7, "runner": 2, "generation": 0}


@pytest.mark.parametrize(
    ("sent", "believed"),
    [
        (GOOD, View((1.0, -0.5), 7, 2)),
        (GOOD | {"step": None}, View((1.0, -0.5), None, 2)),
        (GOOD | {"generation": 1}, None),
        (GOOD | {"start": [1]}, None),
        (GOOD | {"start": [1, float("nan")]}, None),
        (GOOD | {"start": [1, 1e300]}, None),
        (GOOD | {"start": ["1", 2]}, None),
        (GOOD | {"step": -1}, None),
        (GOOD | {"step": True}, None),
        (GOOD | {"runner": 0.5}, None),
        (GOOD | {"runner": None}, None),
        ("view", None),
        (None, None),
    ],
)
def test_what_a_browser_sends_is_not_trusted(monkeypatch: pytest.MonkeyPatch, sent: Any, believed: View | None) -> None:
    monkeypatch.setattr(component.state, "get", lambda _key, default=None: SimpleNamespace(view=sent))
    monkeypatch.setattr(component.state, "generation", lambda: 0)
    assert viewed("r") == believed


def test_a_race_draws_on_a_page_and_hears_nothing_of_itself() -> None:
    def page() -> None:
        from cnnviz.ui.components.race import Runner, Scene, race, viewed

        runner = Runner("sgd", "SGD", {"lr": 0.1})
        race(Scene("saddle", "Saddle", ((-1, 1), (-1, 1)), (0.5, 0.1), [runner], 10), key="r", on_view=lambda: None)
        assert viewed("r") is None

    app = AppTest.from_function(page).run()
    assert not app.exception


def test_the_file_asks_for_nothing_and_escapes_what_it_is_told() -> None:
    hostile = "</script><script>alert(1)</script><!--"
    page = race_page(scene("sgd", title=hostile, label=hostile))
    assert page.count("<script") == page.count("</script") == 1
    assert "<!--" not in page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(|\beval\(|new Function", page)
    assert "default-src 'none'" in page
    assert "const show = function" in page and "export default" not in page
