"""The optimizers page: the deck's numbers, links that restore it, code that walks the same paths, plain errors."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import pytest

from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.formula import formula
from cnnviz.optim import RULES, theory
from cnnviz.paths import PAGES
from cnnviz.ui.components.race import Scene
from cnnviz.ui.racing import figure
from cnnviz.ui.racing.examples import EXAMPLES
from tests.ui.opening import on_page, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "optimizers")


@pytest.fixture
def scenes(monkeypatch: pytest.MonkeyPatch) -> list[Scene]:
    """What the page gives to the browser to race."""
    drawn: list[Scene] = []
    original = figure.race

    def note(scene: Scene, **more: Any) -> None:
        drawn.append(scene)
        original(scene, **more)

    monkeypatch.setattr(figure, "race", note)
    return drawn


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_stands_after_one_click_and_is_told_in_three_sentences(example: Any, scenes: list[Scene]) -> None:
    app = opened(rules="lion", **{"race-steps": "7", "set-adam": "lr=0.5"})
    app.pills[0].set_value(example.title).run()
    assert not app.exception and not app.error and not app.warning
    assert f"**{example.title}.**" in text(app)
    assert example.note.count(". ") <= 3
    assert scenes[-1].steps == example.values["race-steps"]


def test_the_decks_adagrad_climbs_on_the_page(scenes: list[Scene]) -> None:
    app = opened()
    app.pills[0].set_value("D1: AdaGrad climbs").run()
    assert [runner.rule for runner in scenes[-1].runners] == ["adagrad-plus", "adagrad"]
    assert scenes[-1].start == (1.0, 1.0) and scenes[-1].steps == 5
    assert "climbs" in text(app) and "46.5" in text(app)


def test_a_link_restores_everything(scenes: list[Scene]) -> None:
    app = opened(
        rules="adam,muon,sgd",
        landscape="beale",
        runner="muon",
        start="beale:0.5,-1.25",
        step="12",
        race_steps="60",
        race_schedule="cosine",
        race_noise="0.5",
        race_convention="deck",
        set_adam="lr=0.05 beta1=0.8",
    )
    scene = scenes[-1]
    assert [runner.rule for runner in scene.runners] == ["adam", "muon", "sgd"]
    assert scene.runners[0].settings["lr"] == 0.05 and scene.runners[0].settings["beta1"] == 0.8
    assert (scene.landscape, scene.start, scene.steps) == ("beale", (0.5, -1.25), 60)
    assert scene.noise is not None and scene.factors is not None and not app.toast
    assert app.query_params["step"] == "12"
    app.button(key="reset").click().run()
    assert [runner.rule for runner in scenes[-1].runners] == ["sgd", "momentum", "rmsprop", "adam"]
    assert scenes[-1].noise is None and scenes[-1].start == (1.0, 1.0)


@pytest.mark.parametrize(
    "query",
    [
        {"rules": "sgd,nosuch"},
        {"rules": "sgd,sgd"},
        {"landscape": "moon"},
        {"set_adam": "lr=9"},
        {"set_adam": "speed=1"},
        {"set_adam": "<script>"},
        {"start": "quadratic:1e9,2"},
        {"step": "-4"},
        {"formula": "x" * 300, "landscape": "own"},
    ],
)
def test_nonsense_in_a_link_is_told_and_the_default_is_drawn(query: dict[str, str], scenes: list[Scene]) -> None:
    app = opened(**query)
    assert len(app.toast) == 1 and scenes


def test_the_settings_of_a_rule_stay_when_another_is_set_up(scenes: list[Scene]) -> None:
    app = opened(runner="adam")
    app.slider(key="now-adam-lr").set_value(0.25).run()
    app.selectbox(key="runner").set_value("sgd").run()
    app.slider(key="now-sgd-lr").set_value(0.111).run()
    used = {runner.rule: runner.settings for runner in scenes[-1].runners}
    assert used["adam"]["lr"] == 0.25 and used["sgd"]["lr"] == pytest.approx(0.111)
    assert app.query_params["set-adam"] == "lr=0.25"


def test_rules_are_added_and_the_last_one_stays(scenes: list[Scene]) -> None:
    app = opened(rules="sgd")
    app.multiselect(key="rules-shown").set_value(["sgd", "lion"]).run()
    assert [runner.rule for runner in scenes[-1].runners] == ["sgd", "lion"]
    app.multiselect(key="rules-shown").set_value([]).run()
    assert scenes[-1].runners


def test_a_formula_of_ones_own_is_raced_and_a_wrong_one_told(scenes: list[Scene]) -> None:
    app = opened(landscape="own", formula="sin(x)*cos(y) + 0.1*(x**2 + y**2)", window_reach="4.0")
    assert scenes[-1].landscape == "own" and scenes[-1].program and scenes[-1].domain == ((-4, 4), (-4, 4))
    app.text_input(key="formula").set_value("x^2 <b>").run()
    assert "two stars" in app.warning[0].value and "<b>" not in app.warning[0].value
    assert scenes[-1].program == formula("x**2 + 10*sin(y)**2").program


def test_a_start_belongs_to_its_landscape(scenes: list[Scene]) -> None:
    app = opened(start="quadratic:0.5,0.25")
    assert scenes[-1].start == (0.5, 0.25)
    app.selectbox(key="landscape").set_value("beale").run()
    assert scenes[-1].start == LANDSCAPES["beale"].start


@pytest.mark.parametrize(
    ("title", "kept"), [("κ = 10, best settings", (9 / 11, 0.5195)), ("κ = 100, best settings", (0.9802, 9 / 11))]
)
def test_the_best_settings_shrink_as_told(title: str, kept: tuple[float, float], scenes: list[Scene]) -> None:
    app = opened()
    app.pills[0].set_value(title).run()
    for runner, rate in zip(scenes[-1].runners, kept, strict=True):
        beta = runner.settings.get("momentum", 0.0)
        assert theory.slowest(runner.settings["lr"], beta, (1.0, scenes[-1].parameters["kappa"])) == pytest.approx(
            rate, abs=1e-4
        )


@pytest.mark.parametrize("name", [name for name in RULES if RULES[name].bug])
def test_a_mistake_races_against_what_is_right(name: str, scenes: list[Scene]) -> None:
    app = opened(mistake=name, landscape="beale")
    app.button(key="race-mistake").click().run()
    assert [runner.rule for runner in scenes[-1].runners] == [name, RULES[name].right]
    assert scenes[-1].landscape == "quadratic" and scenes[-1].start == (1.0, 1.0)
    first, second = (runner.settings for runner in scenes[-1].runners)
    assert first == second and not app.warning


def test_the_best_settings_are_one_click_away(scenes: list[Scene]) -> None:
    app = opened(race_kappa="100", landscape="quadratic", rules="adam")
    app.button(key="use-best").click().run()
    used = {runner.rule: runner.settings for runner in scenes[-1].runners}
    assert used["momentum"] == pytest.approx({"lr": 4 / 121, "momentum": 81 / 121})
    assert used["sgd"]["lr"] == pytest.approx(2 / 101)
    assert "measured on its path **0.81" in text(app) or "measured on its path **0.82" in text(app)


def test_the_page_imports_neither_torch_nor_sympy() -> None:
    program = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"AppTest.from_file({str(PAGES / 'optimizers.py')!r}, default_timeout=60).run(); "
        "print([name for name in ('torch', 'sympy', 'simpleeval') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
