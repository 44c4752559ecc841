"""Every landscape against autograd, and its minima against its neighbourhood."""

from __future__ import annotations

import math
import random

import pytest
import torch

from cnnviz.landscapes import LANDSCAPES, BadLandscape, Landscape, quadratic


def is_polynomial(surface: Landscape) -> bool:
    """Whether its file takes nothing from ``math``: then tensors go through it as numbers do."""
    return not any(
        getattr(each, "__module__", None) == "math" or each is math for each in surface.value.__globals__.values()
    )


POLYNOMIALS = [name for name in LANDSCAPES if is_polynomial(LANDSCAPES[name])]


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_gradient_is_exact(name: str) -> None:
    surface, draw = LANDSCAPES[name], random.Random(0)
    (left, right), (bottom, top) = surface.domain
    h = 1e-6
    for _ in range(200):
        x, y = draw.uniform(left, right), draw.uniform(bottom, top)
        gx, gy = surface.gradient(x, y)
        assert gx == pytest.approx((surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h), rel=1e-4, abs=1e-3)
        assert gy == pytest.approx((surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_agree_with_autograd(name: str) -> None:
    surface = LANDSCAPES[name]
    points = torch.tensor([[0.3, -0.7], [1.5, 2.0], [-2.0, 0.1]], dtype=torch.float64, requires_grad=True)
    values = sum(surface.value(p[0], p[1]) for p in points)
    (gradient,) = torch.autograd.grad(values, points)
    for point, expected in zip(points.tolist(), gradient.tolist(), strict=True):
        assert surface.gradient(*point) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", [name for name in LANDSCAPES if LANDSCAPES[name].minima])
def test_a_minimum_is_one(name: str) -> None:
    surface = LANDSCAPES[name]
    (left, right), (bottom, top) = surface.domain
    grid = [
        surface.value(left + (right - left) * i / 60, bottom + (top - bottom) * j / 60)
        for i in range(61)
        for j in range(61)
    ]
    for x, y in surface.minima:
        assert surface.gradient(x, y) == pytest.approx((0, 0), abs=1e-6)
        assert surface.value(x, y) <= min(grid) + 1e-9
        assert left < x < right and bottom < y < top


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_landscape_describes_itself(name: str) -> None:
    surface = LANDSCAPES[name]
    assert surface.name == name and surface.title and surface.reference and surface.formula
    assert surface.summary.endswith(".")
    assert surface.domain[0][0] <= surface.start[0] <= surface.domain[0][1]
    assert surface.domain[1][0] <= surface.start[1] <= surface.domain[1][1]


def test_the_condition_number_can_be_set() -> None:
    assert quadratic(25.0).value(0.0, 2.0) == 50.0
    assert LANDSCAPES["quadratic"].value(0.0, 2.0) == 20.0
    with pytest.raises(BadLandscape, match="it has: kappa"):
        LANDSCAPES["quadratic"].vary(kapa=3.0)
    with pytest.raises(BadLandscape, match="above 0"):
        quadratic(float("nan"))
