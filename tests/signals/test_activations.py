"""Activation functions against torch: value and autograd's derivative, the largest slope; the first weights."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.signals import ACTIVATIONS, INITIALIZATIONS, mean_slope, saturated_share

Z = np.concatenate([np.linspace(-40, 40, 80_001), np.random.default_rng(0).standard_normal(1000), [0, -1, 1, -3, 3]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_derivative_equal_autograd(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = torch.tensor(Z, requires_grad=True)
    value = eval(activation.torch, {"z": z * 1.0, "torch": torch, "F": F})  # noqa: S307 (our own expression)
    value.sum().backward()
    assert z.grad is not None
    assert np.abs(activation.value(Z) - value.detach().numpy()).max() <= 1e-12
    assert np.abs(activation.derivative(Z) - z.grad.numpy()).max() <= 1e-12


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_largest_slope_is_the_supremum_and_where_it_says(name: str) -> None:
    activation = ACTIVATIONS[name]
    slopes = np.abs(activation.derivative(np.linspace(-40, 40, 800_001)))
    assert slopes.max() <= activation.largest + 1e-6
    assert abs(activation.derivative(np.array([activation.at]))[0] - activation.largest) <= 1e-3


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_out_nothing_overflows_and_shapes_stay(name: str) -> None:
    z = np.array([[-1e4, -800.0, 800.0, 1e4]])
    with np.errstate(over="raise", invalid="raise"):
        value, slope = ACTIVATIONS[name].value(z), ACTIVATIONS[name].derivative(z)
    assert value.shape == slope.shape == z.shape
    assert np.isfinite(value).all() and np.isfinite(slope).all()


def test_the_sigmoids_slope_is_exact_where_its_complement_rounds_to_zero() -> None:
    slope = ACTIVATIONS["sigmoid"].derivative(np.array([50.0, -50.0]))
    assert np.allclose(slope, np.exp(-50.0), rtol=1e-14, atol=0)


def test_powers_of_a_quarter_are_those_of_the_deck() -> None:
    largest = ACTIVATIONS["sigmoid"].largest
    assert [f"{largest**n:.1e}" for n in (5, 10, 20)] == ["9.8e-04", "9.5e-07", "9.1e-13"]


def test_means_over_normal_inputs() -> None:
    z = torch.randn(4_000_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sigmoid = torch.sigmoid(3.0 * z)
    slope = sigmoid * (1 - sigmoid)
    assert mean_slope(ACTIVATIONS["sigmoid"], 3.0) == pytest.approx(float(slope.mean()), abs=2e-4)
    share = saturated_share(ACTIVATIONS["sigmoid"], 3.0, 0.01)
    assert share == pytest.approx(float((slope < 0.01).double().mean()), abs=5e-3)
    assert mean_slope(ACTIVATIONS["relu"], 1.0) == pytest.approx(0.5, abs=5e-3)


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_weights_have_the_variance_they_are_said_to_have(name: str) -> None:
    initialization, width = INITIALIZATIONS[name], 64
    drawn = np.stack([initialization.draw(np.random.default_rng(seed), width, 1.5) for seed in range(20)])
    assert drawn.shape == (20, width, width)
    assert drawn.var() == pytest.approx(initialization.variance(width, 1.5), rel=0.02)


@pytest.mark.parametrize(
    ("name", "torchs"),
    [
        ("xavier-normal", torch.nn.init.xavier_normal_),
        ("xavier-uniform", torch.nn.init.xavier_uniform_),
        ("he-normal", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        ("he-uniform", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu")),
        ("orthogonal", torch.nn.init.orthogonal_),
        ("default", lambda w: torch.nn.Linear(w.shape[1], w.shape[0]).weight.detach()),
    ],
)
def test_weights_are_drawn_like_torchs(name: str, torchs: object) -> None:
    torch.manual_seed(0)
    theirs = torchs(torch.empty(400, 400)).numpy().ravel()  # type: ignore[operator]
    ours = INITIALIZATIONS[name].draw(np.random.default_rng(0), 400, 1.0).ravel()
    # 160,000 numbers each: a quantile is known to half a percent of the spread or better
    levels = np.linspace(0.02, 0.98, 25)
    assert np.abs(np.quantile(ours, levels) - np.quantile(theirs, levels)).max() <= 0.02 * theirs.std()


def test_orthogonal_weights_keep_every_length() -> None:
    weight = INITIALIZATIONS["orthogonal"].draw(np.random.default_rng(3), 32, 2.0)
    assert np.allclose(weight.T @ weight, 4.0 * np.eye(32), atol=1e-12)


@pytest.mark.parametrize("menu", [ACTIVATIONS, INITIALIZATIONS], ids=lambda menu: menu.kind)
def test_every_item_says_what_it_is(menu: object) -> None:
    for item in menu.values():  # type: ignore[attr-defined]
        assert item.title and item.summary.endswith(".") and item.reference and item.formula
        assert item.order < inf
