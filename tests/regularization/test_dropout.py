"""Dropout against torch, against the law of large numbers, and against all networks asked together."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.regularization.dropout import (
    AT_TEST,
    INVERTED,
    SCALINGS,
    Net,
    at_test,
    draw,
    ensemble,
    in_training,
    noise,
    running_mean,
)
from cnnviz.regularization.errors import BadRegularization

H = np.array([0.9, -0.4, 2.0, 0.0, 1.3])
NET = Net(np.array([[0.6, -0.4], [0.9, 0.5], [-0.3, 0.8]]), np.array([0.5, -0.1, 0.3]), np.array([1.1, -0.9, 0.8]), 0.2)
X = np.array([1.0, 0.5])


@pytest.mark.parametrize("drop", [0.0, 0.2, 0.5, 0.9])
def test_inverted_scaling_is_torchs(drop: float) -> None:
    torch.manual_seed(0)
    x = torch.tensor(H).repeat(50, 1)
    y = torch.nn.functional.dropout(x, drop, training=True).numpy()
    kept = y != 0
    kept[:, H == 0] = True
    masks = draw(len(H), drop, count=50, seed=0)
    ours = in_training(H, type(masks)(kept, drop), INVERTED)
    assert np.allclose(ours, y, rtol=0, atol=1e-15)
    assert np.array_equal(at_test(H, drop, INVERTED), torch.nn.functional.dropout(x, drop, training=False)[0].numpy())


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("drop", [0.2, 0.5, 0.8])
def test_the_mean_over_masks_is_what_is_used_at_test(scaling: str, drop: float) -> None:
    count = 40_000
    outputs = in_training(H, draw(len(H), drop, count=count, seed=1), scaling)
    bound = 5 * np.sqrt(noise(H, drop, scaling) / count)
    assert (np.abs(outputs.mean(axis=0) - at_test(H, drop, scaling)) <= bound).all()
    other = at_test(H, drop, INVERTED if scaling == AT_TEST else AT_TEST)
    assert (np.abs(outputs.mean(axis=0) - other)[H != 0] > 5 * bound[H != 0]).all()


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("drop", [0.0, 0.3, 0.5])
def test_the_noise_is_the_variance_over_both_outcomes(scaling: str, drop: float) -> None:
    kept = np.array([[True] * len(H), [False] * len(H)])
    outputs = in_training(H, type(draw(1, drop, count=1, seed=0))(kept, drop), scaling)
    weights = np.array([[1 - drop], [drop]])
    mean = (weights * outputs).sum(axis=0)
    assert np.allclose(noise(H, drop, scaling), (weights * (outputs - mean) ** 2).sum(axis=0), rtol=0, atol=1e-14)
    assert np.allclose(mean, at_test(H, drop, scaling), rtol=0, atol=1e-14)


def test_deck_d4_in_numbers() -> None:
    masks = draw(1, 0.5, count=1, seed=0)
    kept = type(masks)(np.array([[True]]), 0.5)
    h = np.array([0.9])
    assert in_training(h, kept, AT_TEST)[0, 0] == 0.9 and at_test(h, 0.5, AT_TEST)[0] == 0.45
    assert in_training(h, kept, INVERTED)[0, 0] == 1.8 and at_test(h, 0.5, INVERTED)[0] == 0.9


def test_masks_are_frozen_draws() -> None:
    first = draw(6, 0.5, count=200, seed=3)
    assert np.array_equal(first.kept, draw(6, 0.5, count=200, seed=3).kept)
    assert not np.array_equal(first.kept, draw(6, 0.5, count=200, seed=4).kept)
    more = draw(6, 0.7, count=200, seed=3).kept
    assert not (more & ~first.kept).any() and more.sum() < first.kept.sum()
    assert draw(6, 0.0, count=200, seed=3).kept.all()


def by_hand(x: np.ndarray[Any, Any], drop: float) -> tuple[list[float], list[float]]:
    """Probability and weight of every mask, unit by unit in torch."""
    hidden = torch.relu(torch.tensor(NET.into) @ torch.tensor(x) + torch.tensor(NET.bias))
    asked, weights = [], []
    for mask in itertools.product((0.0, 1.0), repeat=3):
        scaled = hidden * torch.tensor(mask, dtype=torch.float64) / (1 - drop)
        asked.append(torch.sigmoid(torch.tensor(NET.out) @ scaled + NET.shift).item())
        weights.append(float(np.prod([1 - drop if m else drop for m in mask])))
    return asked, weights


@pytest.mark.parametrize("drop", [0.0, 0.25, 0.5, 0.8])
def test_the_scaled_network_is_the_geometric_mean_of_all(drop: float) -> None:
    found = ensemble(NET, X, drop)
    asked, weights = by_hand(X, drop)
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    assert found.mean == pytest.approx(np.dot(asked, weights), abs=1e-12)
    assert found.geometric == pytest.approx(found.scaled, abs=1e-12)
    # independent: odds of the geometric mean are the weighted product of the odds
    logit = np.dot(weights, np.log(np.array(asked) / (1 - np.array(asked))))
    assert found.scaled == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-12)
    assert (drop == 0) == (abs(found.mean - found.scaled) < 1e-9)


def test_running_mean() -> None:
    values = np.random.default_rng(0).normal(size=(30, 4))
    assert np.allclose(running_mean(values), [values[: k + 1].mean(axis=0) for k in range(30)], rtol=0, atol=1e-12)


def test_impossible_settings_are_one_sentence() -> None:
    wide = Net(np.ones((17, 2)), np.zeros(17), np.ones(17), 0.0)
    for call in (
        lambda: draw(3, 1.0, count=1, seed=0),
        lambda: draw(3, -0.1, count=1, seed=0),
        lambda: at_test(H, 0.5, "twice"),
        lambda: ensemble(wide, X, 0.5),
    ):
        with pytest.raises(BadRegularization) as raised:
            call()
        assert len(str(raised.value)) <= 140
