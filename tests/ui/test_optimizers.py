"""The optimizers page: the deck's numbers, links that restore it, code that walks the same paths, plain errors."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from cnnviz.cli import main
from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.formula import formula
from cnnviz.optim import RULES, SCHEDULES, settings_of, theory
from cnnviz.paths import PAGES
from cnnviz.ui.components.race import Scene, View
from cnnviz.ui.racing import code, figure, gallery, reading, settings, stable, written
from cnnviz.ui.racing.examples import EXAMPLES
from cnnviz.ui.racing.notices import notices
from cnnviz.ui.racing.raced import Raced, colours

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
IN_TORCH = [name for name in RULES if RULES[name].torch]


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


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "optimizers.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key.replace("_", "-")] = value
    app.run()
    assert not app.exception and not app.error
    return app


def text(app: AppTest) -> str:
    return " ".join(block.value for block in app.markdown)


def raced(*rules: str, landscape: str = "quadratic", **more: Any) -> Raced:
    surface = LANDSCAPES[landscape] if landscape in LANDSCAPES else formula(landscape)
    values: dict[str, Any] = {
        "landscape": surface,
        "start": surface.start,
        "rules": rules,
        "settings": tuple(settings_of(rule, {}) for rule in rules),
        "focus": 0,
        "steps": 40,
        "convention": "torch",
        "schedule": "constant",
        "noise": 0.0,
        "seed": 0,
        "step": None,
        "text": landscape,
    }
    return Raced(**(values | more))


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


def test_what_was_dragged_stands_in_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    put: dict[str, Any] = {}
    monkeypatch.setattr(figure.state, "put", put.__setitem__)
    monkeypatch.setattr(figure.state, "get", lambda *_: None)
    monkeypatch.setattr(figure, "viewed", lambda _: View((0.123456, -1e-9), 7, 1))
    figure._keep_view(raced("sgd", "adam"), (None,) * 6)
    assert put == {"start": "quadratic:0.1235,0", "step": "7", "runner": "adam"}
    put.clear()
    figure._keep_view(raced("sgd", "adam"), ("another",) * 6)
    assert not put


def executed(shown: Raced) -> dict[str, list[list[float]]]:
    scope: dict[str, Any] = {"print": lambda *_: None}
    before = torch.get_default_dtype()
    try:
        exec(code.program(shown), scope)  # noqa: S102 (what the page tells the student to run)
    finally:
        torch.set_default_dtype(before)
    return scope["paths"]


@pytest.mark.parametrize("landscape", [*LANDSCAPES, "x**2 + 3*abs(y)*sin(x) - e", "3"])
def test_the_code_walks_the_paths_on_screen(landscape: str) -> None:
    shown = raced(*IN_TORCH[:12], landscape=landscape, steps=3 if landscape == "rastrigin" else 25)  # chaos beyond
    paths = executed(shown)
    for rule, path in zip(shown.rules, shown.paths, strict=True):
        np.testing.assert_allclose(paths[rule][: len(path.path)], path.path, rtol=1e-8, atol=1e-8, err_msg=rule)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_code_has_every_rule_schedule_and_noise(schedule: str) -> None:
    shown = raced(*IN_TORCH, schedule=schedule, noise=0.3, seed=5)
    paths = executed(shown)
    for rule, path in zip(shown.rules, shown.paths, strict=True):
        np.testing.assert_allclose(paths[rule], path.path, rtol=1e-8, atol=1e-10, err_msg=rule)


def test_the_code_says_what_torch_lacks_and_which_form_it_has() -> None:
    shown = raced("lion", "adam-times", "momentum", convention="deck")
    assert "does not have: Lion, Adam that multiplies" in code.program(shown)
    assert "PyTorch's form of Momentum" in code.program(shown)
    assert executed(raced("lion")) == {}


@pytest.mark.parametrize(
    "shown",
    [
        raced("adam", landscape="beale", steps=30, schedule="cosine", noise=0.4, seed=3),
        raced("nesterov", convention="deck", settings=(settings_of("nesterov", {"momentum": 0.7}),)),
        raced("sgd", landscape="x**2 + 2*y**2", steps=5),
    ],
    ids=lambda shown: shown.rules[0],
)
def test_the_command_walks_the_path_on_screen(shown: Raced) -> None:
    import shlex

    done = CliRunner().invoke(main, [*shlex.split(code.command(shown))[1:], "--json"])
    assert done.exit_code == 0, done.output
    np.testing.assert_allclose(json.loads(done.stdout)["path"], shown.paths[0].path, rtol=1e-5)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("convention", ["torch", "deck"])
def test_the_step_is_written_with_its_numbers(rule: str, convention: str) -> None:
    shown = raced(rule, convention=convention, step=3)
    body = written.formulas(shown)[1]
    path = shown.paths[0]
    for row in (path.rows[2], path.rows[3]):
        assert written.pair(row) in body
    for place, name in enumerate(shown.form.state[::2]):
        assert f"{name.removesuffix('_x')} &: " in body
        assert written.pair(path.rows[3][2 + 2 * place : 4 + 2 * place]) in body


def test_the_first_step_is_shown_for_the_start() -> None:
    assert r"\theta_{0} &= (1,\ 1)" in written.formulas(raced("momentum", step=0))[1]
    assert r"b &: (0,\ 0) \to (1,\ 10)" in written.formulas(raced("momentum", step=1))[1]
    assert written.number(1.5e-30) == r"1.5\cdot 10^{-30}"


def test_what_to_notice() -> None:
    fast = settings_of("sgd", {"lr": 0.3})
    told = " ".join(notices(raced("sgd", "momentum", settings=(fast, settings_of("momentum", {})), steps=400)))
    assert "diverged" in told and "2/κ = 0.2" in told and "swing" in told
    slow = " ".join(notices(raced("sgd", settings=(settings_of("sgd", {"lr": 0.001}),))))
    assert "Not there after 40 steps: SGD (loss" in slow
    assert "gets lowest" in " ".join(notices(raced("sgd", "adam", landscape="x**2 + y**2")))
    assert "climbs: from 5.5" in " ".join(notices(raced("adagrad-plus", steps=5)))
    assert "form of its own" in " ".join(notices(raced("lion", convention="distill")))
    arrives = " ".join(notices(raced("adam", steps=200)))
    assert "stays from" in arrives or "runs past" in arrives


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


def test_the_numbers_of_the_gallery() -> None:
    shown = {name: gallery.number_that_shows(name) for name in RULES if RULES[name].bug}
    assert "**10.00** rates" in shown["adam-times"] and "**3.16** rates" in shown["adam-uncorrected"]
    assert "5.5, 12.4, 20.2, 28.6, 37.4, 46.5" in shown["adagrad-plus"] and "**0.707**" in shown["rmsprop-inside"]


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


def test_a_point_in_the_plane_becomes_momentums_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(stable, "pointed", lambda _: (0.31, 0.45))
    monkeypatch.setattr(settings.state, "put", kept.__setitem__)
    monkeypatch.setattr(settings.state, "get", lambda *_: "")
    stable._keep_point("lr=0.1")  # something else has set momentum since it was drawn
    assert not kept
    stable._keep_point("")
    assert kept == {"set-momentum": "lr=0.31 momentum=0.45"}


@pytest.mark.parametrize("rule", RULES)
def test_settings_survive_their_text(rule: str) -> None:
    low = {p.name: (p.low if p.low is not None else p.choices[0]) for p in settings.params(RULES[rule].settings)}
    assert settings.read(rule, settings.written(rule, low)) == pytest.approx(
        {p.name: low[p.name] for p in settings.params(RULES[rule].settings) if low[p.name] != p.default}
    )


def test_downloads_carry_the_paths() -> None:
    shown = raced("sgd", "momentum", settings=(settings_of("sgd", {"lr": 0.3}), settings_of("momentum", {})), steps=400)
    lines = reading.csv(shown).decode().splitlines()
    assert lines[0] == "rule,step,x,y,loss" and lines[1] == "sgd,0,1.0,1.0,5.5"
    assert len(lines) == 1 + sum(len(path.path) for path in shown.paths)
    assert all(math.isfinite(float(line.split(",")[-1])) for line in lines[1:])
    page = reading._page(shown).decode()
    assert page.startswith("<!doctype html>") and "Momentum" in page and "https://" not in page


def test_rules_keep_their_colour_and_none_is_shared() -> None:
    everyone = tuple(RULES)[:9]
    assert len(set(colours(everyone))) == 9 and "#D55E00" not in colours(everyone)
    assert colours(("adam",)) == [colours(("sgd", "momentum", "adam"))[2]]


def test_the_page_imports_neither_torch_nor_sympy() -> None:
    program = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"AppTest.from_file({str(PAGES / 'optimizers.py')!r}, default_timeout=60).run(); "
        "print([name for name in ('torch', 'sympy', 'simpleeval') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
