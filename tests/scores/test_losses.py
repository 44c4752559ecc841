"""Softmax, cross-entropy, their gradient and the hinge against torch in float64, and the published constants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.scores.errors import BadScores
from cnnviz.scores.losses import cross_entropy, gradient, hinge, log_softmax, softmax

CASES = [(seed, classes, spread) for seed, classes in enumerate((2, 3, 10, 1000)) for spread in (1e-3, 1.0, 300.0)]


def scores(seed: int, classes: int, spread: float) -> np.ndarray:
    return spread * np.random.default_rng(seed).standard_normal(classes)


@pytest.mark.parametrize("temperature", [0.01, 0.5, 1.0, 7.0, 100.0])
@pytest.mark.parametrize(("seed", "classes", "spread"), CASES)
def test_equals_torch(seed: int, classes: int, spread: float, temperature: float) -> None:
    values, label = scores(seed, classes, spread), seed % classes
    z = torch.tensor(values, requires_grad=True)
    loss = functional.cross_entropy(z[None] / temperature, torch.tensor([label]))
    loss.backward()
    assert z.grad is not None
    expected = torch.softmax(z.detach() / temperature, 0).numpy()
    np.testing.assert_allclose(softmax(values, temperature=temperature), expected, rtol=1e-12, atol=1e-12)
    assert cross_entropy(values, label, temperature=temperature) == pytest.approx(loss.item(), rel=1e-12, abs=1e-12)
    slope = gradient(values, label, temperature=temperature)
    np.testing.assert_allclose(slope, z.grad.numpy(), rtol=1e-12, atol=1e-12 / temperature)
    assert slope.sum() == pytest.approx(0, abs=1e-12 / temperature)


@pytest.mark.promise("numbers")
def test_a_thousand_random_losses_and_their_slopes_equal_autograd(figure: Callable[[str], None]) -> None:
    draw, worst, count = np.random.default_rng(6), 0.0, 1000
    for _ in range(count):
        classes, temperature = int(draw.integers(2, 40)), float(draw.choice([0.05, 0.5, 1.0, 20.0]))
        values = draw.choice([0.01, 1.0, 50.0]) * draw.standard_normal(classes)
        label, margin = int(draw.integers(classes)), float(draw.uniform(0.1, 3))
        z = torch.tensor(values, requires_grad=True)
        wanted = functional.cross_entropy(z[None] / temperature, torch.tensor([label]))
        slope = torch.autograd.grad(wanted, z)[0].numpy()
        hinged = classes * functional.multi_margin_loss(z[None], torch.tensor([label]), margin=margin)
        pairs = [
            (cross_entropy(values, label, temperature=temperature), wanted.item()),
            (gradient(values, label, temperature=temperature) * temperature, slope * temperature),
            (hinge(values, label, margin=margin)[0], hinged.item()),
            (hinge(values, label, margin=margin)[1], torch.autograd.grad(hinged, z)[0].numpy()),
        ]
        worst = max(worst, *(float(np.max(np.abs(a - b) / np.maximum(1, np.abs(b)))) for a, b in pairs))
    figure(
        f"{count} random scores, cross-entropy and hinge with their gradients, against autograd:"
        f" at most {worst:.0e} apart"
    )
    assert worst < 1e-12


@pytest.mark.parametrize(("classes", "chance"), [(10, 2.302585), (1000, 6.907755)])
def test_equal_scores_cost_ln_c(classes: int, chance: float) -> None:
    for value in (-1e6, 0.0, 3.7):
        assert cross_entropy(np.full(classes, value), 0) == pytest.approx(chance, abs=5e-7)


def test_a_constant_added_to_all_scores_changes_nothing() -> None:
    values = scores(0, 10, 3)
    np.testing.assert_allclose(softmax(values + 1000), softmax(values), rtol=1e-12)


def test_scores_of_a_thousand_do_not_overflow() -> None:
    assert cross_entropy(np.array([1000.0, 0.0]), 1) == 1000
    assert np.isfinite(log_softmax(np.array([1e6, -1e6]))).all()


def test_temperature_goes_from_argmax_to_uniform() -> None:
    values = np.array([1.2, 3.0, 2.6])
    np.testing.assert_allclose(softmax(values, temperature=0.01), [0, 1, 0], atol=1e-15)
    np.testing.assert_allclose(softmax(values, temperature=1e6), np.full(3, 1 / 3), atol=1e-6)


@pytest.mark.parametrize("margin", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(5))
def test_hinge_equals_torch(seed: int, margin: float) -> None:
    values, label = scores(seed, 10, 1.5), seed
    z = torch.tensor(values, requires_grad=True)
    # torch divides by the number of classes
    loss = 10 * functional.multi_margin_loss(z[None], torch.tensor([label]), margin=margin)
    loss.backward()
    assert z.grad is not None
    mine, slope = hinge(values, label, margin=margin)
    assert mine == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(slope, z.grad.numpy(), atol=1e-12)


def test_rows_are_treated_each_by_itself() -> None:
    values = scores(3, 20, 2).reshape(4, 5)
    np.testing.assert_array_equal(log_softmax(values), np.stack([log_softmax(row) for row in values]))


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_divides_nothing_is_refused(temperature: float) -> None:
    with pytest.raises(BadScores, match="above 0"):
        softmax(np.zeros(3), temperature=temperature)


def test_scores_that_are_not_finite_and_classes_that_are_not_there_are_refused() -> None:
    with pytest.raises(BadScores, match="finite"):
        softmax(np.array([1.0, np.inf]))
    for label in (-1, 3):
        with pytest.raises(BadScores, match="0 to 2"):
            cross_entropy(np.zeros(3), label)
