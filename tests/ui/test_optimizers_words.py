"""What the optimizers page writes: code and commands that walk the paths on screen, the current step, notices."""

from __future__ import annotations

import json
import math
import shlex
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from cnnviz.cli import main
from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.formula import formula
from cnnviz.optim import RULES, SCHEDULES, settings_of
from cnnviz.ui.components.race import View
from cnnviz.ui.racing import code, figure, gallery, reading, settings, stable, written
from cnnviz.ui.racing.notices import notices
from cnnviz.ui.racing.raced import Raced, colours

IN_TORCH = [name for name in RULES if RULES[name].torch]


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


def test_the_numbers_of_the_gallery() -> None:
    shown = {name: gallery.number_that_shows(name) for name in RULES if RULES[name].bug}
    assert "**10.00** rates" in shown["adam-times"] and "**3.16** rates" in shown["adam-uncorrected"]
    assert "5.5, 12.4, 20.2, 28.6, 37.4, 46.5" in shown["adagrad-plus"] and "**0.707**" in shown["rmsprop-inside"]


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


def walked(rule: str, landscape: str, **more: Any) -> Any:
    return raced(rule, landscape=landscape, **more).paths[0].path


def test_what_the_examples_claim() -> None:
    leaves = [
        next((k for k, (_, y) in enumerate(walked(rule, "saddle", steps=120, settings=(used,))) if abs(y) > 1), None)
        for rule, used in (
            ("sgd", settings_of("sgd", {})),
            ("momentum", settings_of("momentum", {"lr": 0.05})),
            ("adam", settings_of("adam", {})),
        )
    ]
    assert leaves == [None, 41, 11]
    ends = [
        walked(rule, "himmelblau", steps=150, start=(1.75, 0.25), settings=(settings_of(rule, {"lr": lr}),))[-1]
        for rule, lr in (("sgd", 0.01), ("momentum", 0.01), ("rmsprop", 0.1), ("adam", 0.2))
    ]
    assert [round(y) for _, y in ends] == [2, -2, 2, 2]
    shaken = {"steps": 300, "noise": 20.0, "seed": 2, "schedule": "cosine"}
    dimples = [
        tuple(map(round, walked(rule, "rastrigin", settings=(settings_of(rule, {"lr": lr}),), **shaken)[-1]))
        for rule, lr in (("sgd", 0.004), ("adam", 0.2), ("momentum", 0.004))
    ]
    assert dimples == [(2, -3), (2, -3), (1, -1)]
