"""``cnnviz optimize``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cnnviz.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["optimize", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_path_as_json() -> None:
    code, out, _ = run("sgd", "quadratic", "--start", "1", "-1", "--steps", "3", "--set", "lr=0.1", "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"rule", "landscape", "path", "loss", "diverged"}
    assert [v for point in found["path"] for v in point] == pytest.approx([1, -1, 0.9, 0, 0.81, 0, 0.729, 0])
    assert found["loss"][0] == 5.5 and found["diverged"] is False


def test_the_landscape_has_settings_too() -> None:
    _, out, _ = run("sgd", "quadratic", "--steps", "0", "--set", "kappa=3", "--json")
    assert json.loads(out)["loss"] == [2.0]


def test_divergence_is_told_and_stays_json() -> None:
    code, out, _ = run("sgd", "rosenbrock", "--steps", "100", "--set", "lr=1e5", "--json")
    found = json.loads(out)
    assert code == 0 and found["diverged"] is True
    assert len(found["path"]) == len(found["loss"])
    assert "smaller lr" in run("sgd", "rosenbrock", "--set", "lr=1e5")[1]


def test_the_decks_convention() -> None:
    _, out, _ = run(
        "adagrad", "quadratic", "--start", "1", "1", "--steps", "5", "--set", "lr=0.5", "--convention", "deck", "--json"
    )
    assert json.loads(out)["loss"][-1] == pytest.approx(46.5, abs=0.05)


def test_a_formula_of_ones_own() -> None:
    _, out, _ = run("sgd", "own", "--formula", "x**2 + 3*y**2", "--start", "1", "1", "--steps", "1", "--json")
    assert [v for point in json.loads(out)["path"] for v in point] == pytest.approx([1, 1, 0.9, 0.7])


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch", "quadratic"),
        ("sgd", "nosuch"),
        ("sgd", "quadratic", "--set", "lr"),
        ("sgd", "quadratic", "--set", "lr=fast"),
        ("sgd", "quadratic", "--set", "speed=1"),
        ("sgd", "quadratic", "--set", "lr=nan"),
        ("momentum", "quadratic", "--set", "momentum=1.5"),
        ("sgd", "quadratic", "--set", "kappa=-1"),
        ("sgd", "quadratic", "--steps", "-1"),
        ("sgd", "quadratic", "--steps", "1000000000"),
        ("sgd", "quadratic", "--start", "nan", "1"),
        ("sgd", "quadratic", "--schedule", "nosuch"),
        ("sgd", "own"),
        ("sgd", "own", "--formula", "x^2"),
        ("sgd", "own", "--formula", "__import__('os')"),
        ("sgd", "quadratic", "--formula", "x**2"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and len(err) < 300
