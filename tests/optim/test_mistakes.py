"""The gallery of mistakes: every buggy rule against its definition in numpy, and the number that shows it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cnnviz.landscapes import LANDSCAPES, quadratic
from cnnviz.optim import RULES, settings_of, trajectory

WRONG = [name for name in RULES if RULES[name].bug]
Step = Callable[[np.ndarray, np.ndarray, dict[str, np.ndarray], int], np.ndarray]


def averages(g: np.ndarray, kept: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    kept["m"] = 0.9 * kept.get("m", np.zeros(2)) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", np.zeros(2)) + 0.001 * g**2
    return kept["m"], kept["v"]


def multiplied(theta: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    m, v = averages(g, kept)
    return theta - 0.1 * m * (1 - 0.9**t) / (np.sqrt(v * (1 - 0.999**t)) + 1e-8)


def uncorrected(theta: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], _: int) -> np.ndarray:
    m, v = averages(g, kept)
    return theta - 0.1 * m / (np.sqrt(v) + 1e-8)


def inside(theta: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], _: int) -> np.ndarray:
    kept["r"] = 0.99 * kept.get("r", np.zeros(2)) + 0.01 * g**2
    return theta - 0.02 * g / np.sqrt(1e-8 + kept["r"])


def mean(theta: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], _: int) -> np.ndarray:
    kept["m"] = 0.9 * kept.get("m", np.zeros(2)) + 0.1 * g
    return theta - 0.02 * kept["m"]


DEFINED: dict[str, Step] = {
    "adam-times": multiplied,
    "adam-uncorrected": uncorrected,
    "rmsprop-inside": inside,
    "momentum-mean": mean,
}


@pytest.mark.parametrize("name", [name for name in WRONG if not RULES[name].torch])
def test_a_mistake_is_the_one_that_it_says(name: str) -> None:
    surface = LANDSCAPES["himmelblau"]
    theta, kept = np.array(surface.start), {}
    path = [theta]
    for t in range(1, 61):
        theta = DEFINED[name](theta, np.array(surface.gradient(*theta)), kept, t)
        path.append(theta)
    np.testing.assert_allclose(trajectory(name, surface, steps=60).path, path, rtol=1e-8)


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_names_what_is_right_and_differs_from_it(name: str) -> None:
    wrong, right = RULES[name], RULES[RULES[name].right]
    assert wrong.bug.endswith(".") and not right.bug and wrong.settings is right.settings
    paths = [np.array(trajectory(rule.name, quadratic(), steps=5).path) for rule in (wrong, right)]
    assert np.abs(paths[0] - paths[1]).max() > 1e-9


@pytest.mark.parametrize(
    ("name", "rates"), [("adam", 1.0), ("adam-times", 10.0), ("adam-uncorrected", 0.1 / 0.001**0.5)]
)
def test_how_long_the_first_step_is(name: str, rates: float) -> None:
    path = trajectory(name, quadratic(), steps=1, settings=settings_of(name, {"lr": 0.01})).path
    assert (path[0][0] - path[1][0]) / 0.01 == pytest.approx(rates, rel=1e-4)


def test_a_mean_of_gradients_is_their_sum_at_a_tenth_of_the_rate() -> None:
    mean_of = trajectory("momentum-mean", quadratic(), settings=settings_of("momentum-mean", {"lr": 0.2}))
    total = trajectory("momentum", quadratic(), settings=settings_of("momentum", {"lr": 0.02}))
    np.testing.assert_allclose(mean_of.path, total.path, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_distills_momentum_is_pytorchs(schedule: str) -> None:
    paths = [
        trajectory("momentum", LANDSCAPES["beale"], convention=form, schedule=schedule).path
        for form in ("torch", "distill")
    ]
    assert paths[0] == paths[1]
