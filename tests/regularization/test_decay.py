"""Weight decay against torch.optim; ridge and stopped descent against numpy.linalg and an actual descent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cnnviz.regularization import decay, ridge
from cnnviz.regularization.errors import BadRegularization


@pytest.mark.parametrize("rate", [0.01, 0.3])
@pytest.mark.parametrize("pull", [0.0, 0.01, 0.5])
def test_steps_equal_torchs_sgd(rate: float, pull: float) -> None:
    random = np.random.default_rng(0)
    w = random.normal(size=7)
    parameter = torch.nn.Parameter(torch.tensor(w))
    rule = torch.optim.SGD([parameter], lr=rate, weight_decay=pull)
    for _ in range(300):
        g = random.normal(size=7)
        parameter.grad = torch.tensor(g)
        rule.step()
        w = decay.step(w, g, rate=rate, decay=pull)
    assert np.allclose(w, parameter.detach().numpy(), rtol=0, atol=1e-12)


def descend(gradient: Callable[[torch.Tensor], torch.Tensor], w: float, *, rate: float, pull: float) -> list[float]:
    parameter = torch.nn.Parameter(torch.tensor(w, dtype=torch.float64))
    rule = torch.optim.SGD([parameter], lr=rate, weight_decay=pull)
    path = [w]
    for _ in range(60):
        parameter.grad = gradient(parameter.detach())
        rule.step()
        path.append(parameter.item())
    return path


@pytest.mark.parametrize(
    ("rate", "pull", "insist"), [(0.1, 0.2, 0.3), (0.5, 1.0, 2.0), (0.05, 0.0, 1.0), (0.3, 0.4, 0.0)]
)
def test_closed_forms_are_the_paths_of_torch(rate: float, pull: float, insist: float) -> None:
    alone = decay.alone(1.7, rate=rate, decay=pull, steps=60)
    assert np.allclose(alone, descend(torch.zeros_like, 1.7, rate=rate, pull=pull), rtol=0, atol=1e-12)
    valley = decay.Valley(insist, 1.3)
    path = decay.against(valley, 0.2, rate=rate, decay=pull, steps=60)
    wanted = descend(lambda w: insist * (w - 1.3), 0.2, rate=rate, pull=pull)
    assert np.allclose(path, wanted, rtol=0, atol=1e-12)
    if insist + pull:
        assert decay.rest(valley, pull) == pytest.approx(insist * 1.3 / (insist + pull))


def test_half_life() -> None:
    half = decay.half_life(0.1, 0.2)
    assert (1 - 0.02) ** half == pytest.approx(0.5, abs=1e-12)
    assert decay.half_life(0.1, 0.0) == float("inf")
    with pytest.raises(BadRegularization):
        decay.half_life(2.0, 0.5)


@pytest.mark.parametrize("decoupled", [False, True])
def test_adam_with_decay_is_torchs(decoupled: bool) -> None:
    parameter = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    rule = (torch.optim.AdamW if decoupled else torch.optim.Adam)([parameter], lr=0.01, weight_decay=0.2)
    for t in range(1, 101):
        parameter.grad = torch.tensor(10.0 * (-1) ** t, dtype=torch.float64)
        rule.step()
    ours = decay.adam(1.0, lambda t: 10.0 * (-1) ** t, rate=0.01, decay=0.2, steps=100, decoupled=decoupled)
    assert ours == pytest.approx(parameter.item(), abs=1e-12)


def test_under_adam_only_the_decoupled_decay_pulls() -> None:
    coupled, decoupled = (
        decay.adam(1.0, lambda t: 10.0 * (-1) ** t, rate=0.01, decay=0.2, steps=100, decoupled=pure)
        for pure in (False, True)
    )
    assert coupled > 0.99 and decoupled < 0.85


RANDOM = np.random.default_rng(2)
POINTS = np.sort(RANDOM.uniform(-1, 1, 15))
Y = np.sin(3 * POINTS) + 0.3 * RANDOM.normal(size=15)


@pytest.mark.parametrize("degree", [1, 5, 9])
@pytest.mark.parametrize("pull", [1e-3, 0.1, 10.0])
def test_ridge_solves_the_normal_equations(degree: int, pull: float) -> None:
    design = ridge.polynomial(POINTS, degree)
    assert np.allclose(design[:, 1], POINTS) and np.allclose(design[:, -1], POINTS**degree)
    wanted = np.linalg.solve(design.T @ design + pull * np.eye(degree + 1), design.T @ Y)
    found = ridge.fit(design, Y, decay=pull)
    assert np.allclose(found.weights, wanted, rtol=0, atol=1e-9)
    trace = np.trace(design @ np.linalg.inv(design.T @ design + pull * np.eye(degree + 1)) @ design.T)
    assert found.degrees == pytest.approx(trace, abs=1e-8)


def test_without_decay_it_is_least_squares_and_few_points_are_no_obstacle() -> None:
    design = ridge.polynomial(POINTS, 6)
    assert np.allclose(ridge.fit(design, Y, decay=0.0).weights, np.linalg.lstsq(design, Y)[0], rtol=0, atol=1e-9)
    wide = ridge.polynomial(POINTS[:4], 6)
    assert np.allclose(ridge.fit(wide, Y[:4], decay=0.0).weights, np.linalg.pinv(wide) @ Y[:4], rtol=0, atol=1e-9)
    with pytest.raises(BadRegularization):
        ridge.fit(design, Y, decay=-1.0)


def test_stopped_descent_is_descent() -> None:
    design = ridge.polynomial(POINTS, 6)
    w = np.zeros(7)
    for steps in range(201):
        if steps in (0, 1, 30, 200):
            assert np.allclose(ridge.descended(design, Y, rate=0.03, steps=steps).weights, w, rtol=0, atol=1e-10)
        w = w - 0.03 * design.T @ (design @ w - Y)
