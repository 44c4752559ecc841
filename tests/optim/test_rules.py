"""Every rule against torch.optim in float64, on every landscape; those that torch lacks against their papers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from cnnviz.landscapes import LANDSCAPES, quadratic
from cnnviz.optim import RULES, settings_of, trajectory
from cnnviz.optim.trajectory import errors
from tests.promises import quick_and_full

IN_TORCH = [name for name in RULES if RULES[name].torch]
# where a path is chaotic or leaves the numbers, rounding decides: these are followed for fewer steps
SHORT = {"monkey-saddle": 60, "saddle": 300}
# rates at which the paths stay on the map
SLOW = {"rosenbrock": 0.02, "beale": 0.02, "himmelblau": 0.1, "styblinski-tang": 0.1, "rastrigin": 0.02}


def peer(rule: str, landscape: str, *, steps: int, settings: object) -> np.ndarray:
    """The same walk by torch.optim."""
    surface, known = LANDSCAPES[landscape], RULES[rule]
    names = {"momentum": "momentum", "weight_decay": "weight_decay", "eps": "eps", "rho": "rho"} | dict(
        known.torch_names or {}
    )
    values = dataclasses.asdict(settings)
    options = {names[k]: v for k, v in values.items() if k in names}
    if "beta1" in values:
        options["betas"] = (values["beta1"], values["beta2"])
    options |= known.torch_options
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default type
    theta = torch.tensor(surface.start, requires_grad=True)
    optimizer = getattr(torch.optim, known.torch)([theta], lr=values["lr"], **options)
    path = [theta.detach().clone()]
    for _ in range(steps):
        theta.grad = torch.tensor(surface.gradient(*theta.tolist()), dtype=torch.float64)
        optimizer.step()
        path.append(theta.detach().clone())
    torch.set_default_dtype(torch.float32)
    return torch.stack(path).numpy()


def settings(rule: str, landscape: str) -> object:
    base = RULES[rule].settings()
    return dataclasses.replace(base, lr=base.lr * SLOW.get(landscape, 1.0))


def apart(rule: str, landscape: str, steps: int) -> float:
    """The largest distance of a walk from torch's, as a share of the place's size, or of 1 if that is smaller."""
    used = settings(rule, landscape)
    ours = trajectory(rule, LANDSCAPES[landscape], steps=steps, settings=used)
    expected = peer(rule, landscape, steps=steps, settings=used)[: len(ours.path)]
    assert len(ours.path) == steps + 1 or ours.diverged
    assert np.isfinite(ours.path).all()
    return float((np.abs(np.array(ours.path) - expected) / np.maximum(np.abs(expected), 1)).max())


@pytest.mark.promise("numbers")
@pytest.mark.parametrize("steps", quick_and_full(150, 1000))
def test_every_rule_walks_as_torch_does_on_every_landscape(steps: int, figure: Callable[[str], None]) -> None:
    walks = [(rule, landscape) for rule in IN_TORCH for landscape in LANDSCAPES]
    found = {(rule, place): apart(rule, place, min(steps, SHORT.get(place, steps))) for rule, place in walks}
    figure(
        f"{len(IN_TORCH)} rules on {len(LANDSCAPES)} landscapes, {steps} steps (fewer on {len(SHORT)} chaotic ones),"
        f" against torch.optim: at most {max(found.values()):.0e} apart"
    )
    assert not {walk: worst for walk, worst in found.items() if worst > 1e-9}


def test_a_rule_that_torch_has_names_its_peer() -> None:
    classes = {name.lower() for name in dir(torch.optim)}
    alone = {name for name in RULES if not RULES[name].torch and not RULES[name].bug}
    assert {"lion", "muon"} <= alone
    # torch's Muon is for matrices; ours for one column of two numbers
    assert not {name for name in alone - {"muon"} if name.replace("-", "") in classes}
    assert all(hasattr(torch.optim, RULES[name].torch) for name in IN_TORCH)


def test_lion_by_its_paper() -> None:
    used, surface = settings_of("lion", {"lr": 0.03, "weight_decay": 0.1}), LANDSCAPES["himmelblau"]
    theta, m = np.array(surface.start), np.zeros(2)
    path = [theta]
    for _ in range(200):
        g = np.array(surface.gradient(*theta))
        theta = theta - used.lr * (np.sign(used.beta1 * m + (1 - used.beta1) * g) + used.weight_decay * theta)
        m = used.beta2 * m + (1 - used.beta2) * g
        path.append(theta)
    np.testing.assert_allclose(trajectory("lion", surface, steps=200, settings=used).path, path, rtol=1e-9)


def test_muon_orthogonalizes_a_matrix_of_one_column() -> None:
    used, surface = settings_of("muon", {}), LANDSCAPES["beale"]
    theta, b = np.array(surface.start), np.zeros(2)
    path = [theta]
    for _ in range(50):
        g = np.array(surface.gradient(*theta))
        b = used.momentum * b + (1 - used.momentum) * g
        u, _, vt = np.linalg.svd(((1 - used.momentum) * g + used.momentum * b)[:, None], full_matrices=False)
        theta = theta - used.lr * (u @ vt)[:, 0]
        path.append(theta)
    np.testing.assert_allclose(trajectory("muon", surface, steps=50, settings=used).path, path, rtol=1e-9)


def test_the_decks_adagrad_climbs_as_written() -> None:
    found = trajectory(
        "adagrad",
        quadratic(),
        start=(1.0, 1.0),
        steps=5,
        settings=settings_of("adagrad", {"lr": 0.5}),
        convention="deck",
    )
    assert [round(v, 1) for v in found.loss] == [5.5, 12.4, 20.2, 28.6, 37.4, 46.5]
    right = trajectory("adagrad", quadratic(), start=(1.0, 1.0), steps=5, settings=settings_of("adagrad", {"lr": 0.5}))
    assert list(right.loss) == sorted(right.loss, reverse=True)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_the_decks_momentum_is_torchs_while_the_rate_is_constant(schedule: str) -> None:
    walks = [
        np.array(trajectory("momentum", quadratic(), steps=100, convention=c, schedule=schedule).path)
        for c in ("torch", "deck")
    ]
    assert np.allclose(*walks, rtol=1e-9, atol=1e-12) == (schedule == "constant")


def test_the_decks_nesterov_looks_ahead_from_the_points_of_torchs() -> None:
    surface, used = LANDSCAPES["beale"], settings_of("nesterov", {"lr": 0.001})
    deck = trajectory("nesterov", surface, steps=60, settings=used, convention="deck")
    torchs = np.array(trajectory("nesterov", surface, steps=60, settings=used).path)
    ahead = np.array([(x + used.momentum * vx, y + used.momentum * vy) for x, y, vx, vy in deck.rows[1:]])
    np.testing.assert_allclose(torchs[1:], ahead, rtol=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_rows_carry_the_state_they_name(rule: str) -> None:
    found = trajectory(rule, quadratic(), steps=3)
    assert all(len(row) == 2 + len(RULES[rule].state) for row in found.rows[1:])


@pytest.mark.parametrize("rule", ["sgd", "momentum", "nesterov"])
def test_a_rate_too_large_diverges_and_stays_finite(rule: str) -> None:
    for landscape in LANDSCAPES:
        found = trajectory(rule, LANDSCAPES[landscape], steps=500, settings=settings_of(rule, {"lr": 1e8}))
        assert np.isfinite(found.path).all() and np.isfinite(found.loss).all()
        assert len(found.path) == len(found.loss) >= 1
        if landscape == "quadratic":
            assert found.diverged


def test_on_the_quadratic_the_rate_two_over_kappa_is_the_limit() -> None:
    for factor, diverged in ((0.999, False), (1.001, True)):
        found = trajectory("sgd", quadratic(), steps=20_000, settings=settings_of("sgd", {"lr": factor * 2 / 10}))
        assert (found.loss[-1] > 1.0) == diverged
        assert math.isfinite(found.loss[-1])


def test_noise_reaches_the_rule_as_it_was_drawn() -> None:
    seen: list[tuple[float, float]] = []
    surface, drawn = quadratic(), errors(50, 0.5, 3)
    path = trajectory("sgd", surface, steps=50, noise=0.5, seed=3, seen=seen).path
    for point, (gx, gy), (ex, ey) in zip(path, seen, drawn, strict=False):
        exact = surface.gradient(*point)
        assert (gx, gy) == (exact[0] + ex, exact[1] + ey)
    assert errors(80, 0.5, 3)[:50] == drawn and len(drawn) == len(seen) == 50
    assert np.std(errors(20_000, 0.5, 1)) == pytest.approx(0.5, rel=0.02)


def test_noise_is_drawn_from_its_seed() -> None:
    walks = [trajectory("sgd", quadratic(), steps=50, noise=0.5, seed=seed).path for seed in (1, 1, 2)]
    assert walks[0] == walks[1] != walks[2]
