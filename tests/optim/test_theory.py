"""Theory on the quadratic against the eigenvalues of its iteration, and against paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cnnviz.landscapes import quadratic
from cnnviz.optim import settings_of, theory, trajectory

GRID = list(itertools.product((0.01, 0.1, 0.19, 0.25, 0.37), (0.0, 0.2, 0.5, 0.9), (1.0, 10.0)))


@pytest.mark.parametrize(("alpha", "beta", "curvature"), GRID)
def test_the_rate_is_the_largest_eigenvalue(alpha: float, beta: float, curvature: float) -> None:
    # z ← βz + λw, w ← w − αz, with the new z
    matrix = np.array([[beta, curvature], [-alpha * beta, 1 - alpha * curvature]])
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    assert theory.rate(alpha, beta, curvature) == pytest.approx(radius, rel=1e-6)
    assert (alpha < theory.bound(beta, curvature)) == (radius < 1)


@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.5), (0.15, 0.0), (0.05, 0.9), (0.19, 0.3)])
def test_a_path_shrinks_as_predicted(alpha: float, beta: float) -> None:
    used = settings_of("momentum", {"lr": alpha, "momentum": beta})
    measured = theory.measured_rate(trajectory("momentum", quadratic(), steps=300, settings=used).path)
    assert measured == pytest.approx(theory.slowest(alpha, beta, (1, 10)), rel=5e-3)


def test_a_path_that_is_too_short_has_no_rate() -> None:
    assert theory.measured_rate([(1.0, 1.0), (0.5, 0.5)]) is None


@pytest.mark.parametrize("kappa", [4.0, 10.0, 100.0])
def test_nothing_on_a_fine_grid_is_better_than_the_best(kappa: float) -> None:
    alpha, beta = theory.optimal_momentum(1.0, kappa)
    descent, momentum = theory.best_rates(kappa)
    assert theory.slowest(alpha, beta, (1, kappa)) == pytest.approx(momentum, rel=1e-6)
    assert theory.slowest(theory.optimal_descent(1.0, kappa), 0.0, (1, kappa)) == pytest.approx(descent)
    for a, b in itertools.product(np.linspace(0.001, 4 / kappa, 80), np.linspace(0, 0.99, 80)):
        assert theory.slowest(a, b, (1, kappa)) >= momentum - 1e-9
    assert momentum < descent


def test_at_the_critical_memory_the_two_roots_meet() -> None:
    for alpha, curvature in ((0.025, 10.0), (0.3, 1.0), (0.2, 10.0)):
        beta = theory.critical_beta(alpha, curvature)
        roots = np.roots([1, -(1 + beta - alpha * curvature), beta])
        assert abs(roots[0] - roots[1]) < 1e-6


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_bound_is_where_paths_begin_to_grow(beta: float) -> None:
    for factor, grows in ((0.99, False), (1.01, True)):
        used = settings_of("momentum", {"lr": factor * theory.bound(beta, 10.0), "momentum": beta})
        loss = trajectory("momentum", quadratic(), steps=3000, settings=used).loss
        assert (loss[-1] > loss[0]) == grows
