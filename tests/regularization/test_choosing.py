"""Early stopping by hand, the best of many models against simulation and exact sums, and learning by heart."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from cnnviz.data.points import points
from cnnviz.regularization.errors import BadRegularization
from cnnviz.regularization.memory import Memory, empirical_risk, epochs
from cnnviz.regularization.selection import contest, expected_best
from cnnviz.regularization.stopping import Stop, stop


@pytest.mark.parametrize(
    ("curve", "patience", "found"),
    [
        ((5, 4, 3, 4, 5, 6), 2, Stop(2, 4, early=True, missed=-1)),
        ((5, 4, 3, 4, 5, 6), 3, Stop(2, 5, early=False, missed=-1)),
        ((5, 4, 4.5, 4.5, 1), 2, Stop(1, 3, early=True, missed=4)),
        ((5, 4, 4.5, 4.5, 1), 3, Stop(4, 4, early=False, missed=-1)),
        ((3, 3, 3), 1, Stop(0, 1, early=True, missed=-1)),
        ((4, math.nan, 3, math.inf, math.nan), 2, Stop(2, 4, early=False, missed=-1)),
        ((math.nan, math.nan, math.nan), 1, Stop(0, 1, early=True, missed=-1)),
        ((7,), 1, Stop(0, 0, early=False, missed=-1)),
    ],
)
def test_patience(curve: tuple[float, ...], patience: int, found: Stop) -> None:
    assert stop(curve, patience=patience) == found


def test_a_margin_asks_for_more() -> None:
    curve = (5.0, 4.95, 4.9, 4.85, 3.0)
    assert stop(curve, patience=2, margin=0.2).stopped == 2
    assert stop(curve, patience=2).best == 4


@pytest.mark.parametrize(("curve", "patience", "margin"), [((), 1, 0.0), ((1.0,), 0, 0.0), ((1.0,), 1, -1.0)])
def test_impossible_stops(curve: tuple[float, ...], patience: int, margin: float) -> None:
    with pytest.raises(BadRegularization) as raised:
        stop(curve, patience=patience, margin=margin)
    assert len(str(raised.value)) <= 140


def exact(models: int, count: int, accuracy: Fraction) -> Fraction:
    """E[max] from the distribution of the maximum, in whole fractions."""
    each = [math.comb(count, j) * accuracy**j * (1 - accuracy) ** (count - j) for j in range(count + 1)]
    below = [sum(each[: j + 1]) ** models for j in range(count + 1)]
    return sum(Fraction(j, count) * (below[j] - (below[j - 1] if j else 0)) for j in range(count + 1))


@pytest.mark.parametrize(("models", "count"), [(1, 10), (2, 1), (5, 20), (20, 40)])
@pytest.mark.parametrize("accuracy", [Fraction(1, 2), Fraction(4, 5)])
def test_the_expected_best_is_exact(models: int, count: int, accuracy: Fraction) -> None:
    assert expected_best(models, count, float(accuracy)) == pytest.approx(
        float(exact(models, count, accuracy)), abs=1e-12
    )


def test_the_formula_is_what_is_measured_and_fresh_points_tell_the_truth() -> None:
    found = contest(20, 150, 0.8, repeats=20_000, seed=1)
    assert found.chosen_by.mean() == pytest.approx(expected_best(20, 150, 0.8), abs=0.001)
    assert found.fresh.mean() == pytest.approx(0.8, abs=0.001)
    assert found.chosen_by.mean() > 0.85


def test_one_model_is_honest_and_thousands_of_points_are_possible() -> None:
    assert expected_best(1, 5000, 0.7) == pytest.approx(0.7, abs=1e-9)
    assert expected_best(3, 10, 1.0) == 1.0 and expected_best(3, 10, 0.0) == 0.0
    bests = [expected_best(k, 200, 0.7) for k in (1, 2, 10, 100)]
    assert bests == sorted(bests) and bests[-1] < 0.85
    with pytest.raises(BadRegularization):
        expected_best(0, 10, 0.5)


def test_learned_by_heart_is_right_on_what_it_has_seen_and_guesses_elsewhere() -> None:
    xy, labels = points("moons", 40, noise=0.3, seed=0)
    memory = Memory(xy, labels)
    assert empirical_risk(memory(xy), labels) == 0.0
    assert np.array_equal(memory(xy[7:9]), labels[7:9])
    fresh, right = points("moons", 1000, noise=0.3, seed=1)
    assert empirical_risk(memory(fresh), right) == 0.5
    assert (memory(xy + 1e-9) == 0).all()


def test_the_epochs_size_does_not_change() -> None:
    plain, augmented = (epochs(50_000, batch=128, count=10, augmented=on) for on in (False, True))
    assert plain.steps == augmented.steps == len(range(0, 50_000, 128)) == 391
    assert plain.looks == augmented.looks == 500_000
    assert (plain.different, augmented.different) == (50_000, 500_000)
