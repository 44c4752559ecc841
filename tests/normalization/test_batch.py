"""Batch normalization against torch in float64: forward, running statistics, backward, and its relatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnnviz.normalization import (
    KINDS,
    BadBatch,
    backward,
    evaluate,
    evaluate_backward,
    forward,
    fresh,
    members,
    normalize,
    parameters,
    update,
)

SETTINGS = 500


def setting(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    """A random input of one of three shapes, with γ, β, an upstream gradient and ε."""
    draw = np.random.default_rng(seed)
    n, d, h, w = (int(v) for v in draw.integers((2, 1, 1, 1), (9, 5, 6, 6)))
    shape = ((n,), (n, d), (n, d, h, w))[seed % 3]
    features = () if seed % 3 == 0 else (d,)
    x = draw.normal(draw.uniform(-5, 5), draw.uniform(0.5, 4), shape)
    eps = float(draw.choice([1e-5, 1e-3, 0.1, 1.0]))
    return x, draw.normal(0, 2, features), draw.normal(0, 2, features), draw.normal(0, 1, shape), eps


def as_torch(x: np.ndarray) -> torch.Tensor:
    """The same numbers with a feature axis, as torch wants them."""
    return torch.from_numpy(x if x.ndim > 1 else x[:, None])


def oracle(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    inputs = as_torch(x).requires_grad_()
    weight = torch.from_numpy(np.atleast_1d(gamma)).requires_grad_()
    bias = torch.from_numpy(np.atleast_1d(beta)).requires_grad_()
    return F.batch_norm(inputs, None, None, weight, bias, training=True, eps=eps), inputs, weight, bias


def apart(ours: np.ndarray, theirs: torch.Tensor | None) -> float:
    assert theirs is not None
    return float(np.abs(np.ravel(ours) - theirs.detach().numpy().ravel()).max())


@pytest.mark.promise("numbers")
def test_forward_and_backward_equal_autograd_in_500_random_settings(figure: Callable[[str], None]) -> None:
    worst = 0.0
    for seed in range(SETTINGS):
        x, gamma, beta, upstream, eps = setting(seed)
        y, inputs, weight, bias = oracle(x, gamma, beta, eps)
        y.backward(as_torch(upstream))
        ours = backward(x, upstream, gamma=gamma, eps=eps)
        pairs = [
            (forward(x, gamma=gamma, beta=beta, eps=eps).output, y),
            (ours.input, inputs.grad),
            (ours.gamma, weight.grad),
            (ours.beta, bias.grad),
        ]
        worst = max(worst, *(apart(mine, theirs) for mine, theirs in pairs))
    figure(f"{SETTINGS} random batches normalized, forward and backward, against autograd: at most {worst:.0e} apart")
    assert worst < 1e-12, worst


def test_the_gradients_in_between_equal_autograd() -> None:
    for seed in range(60):
        x, gamma, _, upstream, eps = setting(seed)
        inputs = as_torch(x)
        over = tuple(axis for axis in range(inputs.ndim) if axis != 1)
        ones = [1] * (inputs.ndim - 2)
        mean = inputs.mean(over).requires_grad_()
        # as a function of the mean, the variance changes with it: this is the paper's ∂ℓ/∂μ
        variance = ((inputs - mean.view(-1, *ones)) ** 2).mean(over)
        variance.retain_grad()
        normalized = (inputs - mean.view(-1, *ones)) / torch.sqrt(variance.view(-1, *ones) + eps)
        normalized.retain_grad()
        y = torch.from_numpy(np.atleast_1d(gamma)).view(-1, *ones) * normalized
        y.backward(as_torch(upstream))
        ours = backward(x, upstream, gamma=gamma, eps=eps)
        assert apart(ours.normalized, normalized.grad) < 1e-12
        assert apart(ours.variance, variance.grad) < 1e-12
        assert apart(ours.mean + ours.vanishing, mean.grad) < 1e-12


def test_the_term_that_the_deck_leaves_out_is_zero_for_every_batch() -> None:
    for seed in range(SETTINGS):
        x, gamma, _, upstream, eps = setting(seed)
        ours = backward(x, upstream, gamma=gamma, eps=eps)
        assert np.abs(ours.vanishing).max() < 1e-12
        assert np.abs(ours.mean).max() > 1e-6 or not np.any(upstream)


def test_a_gradient_cannot_shift_the_batch_and_without_eps_not_stretch_it() -> None:
    for seed in range(0, SETTINGS, 7):
        x, gamma, _, upstream, _ = setting(seed)
        over = tuple(axis for axis in range(x.ndim) if axis != 1)
        without = backward(x, upstream, gamma=gamma, eps=0.0).input
        assert np.abs(without.sum(axis=over)).max() < 1e-11
        assert np.abs((without * forward(x, eps=0.0).normalized).sum(axis=over)).max() < 1e-10


def test_the_textbook_numbers() -> None:
    passed = forward([1, 2, 3, 4], gamma=2, beta=1, eps=0)
    assert (passed.mean, passed.variance) == (2.5, 1.25)
    assert passed.centred.tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert passed.normalized == pytest.approx([-3 / 5**0.5, -1 / 5**0.5, 1 / 5**0.5, 3 / 5**0.5], abs=1e-15)
    assert passed.output == pytest.approx([-1.68328157, 0.10557281, 1.89442719, 3.68328157], abs=1e-8)


@pytest.mark.parametrize("momentum", [0.1, 0.6, 1.0, 0.0, None])
def test_running_statistics_equal_the_layer_in_training_and_evaluation(momentum: float | None) -> None:
    for shape, module in (((6,), "1"), ((6, 3), "1"), ((4, 3, 5, 2), "2")):
        draw = np.random.default_rng(3)
        features = shape[1] if len(shape) > 1 else None
        layer = {"1": torch.nn.BatchNorm1d, "2": torch.nn.BatchNorm2d}[module](
            features or 1, momentum=momentum, dtype=torch.float64
        )
        running = fresh(features)
        for _ in range(12):
            x = draw.normal(3, 2, shape)
            layer.train()(as_torch(x))
            running = update(running, x, momentum)
            assert apart(running.mean, layer.running_mean) < 1e-12
            assert apart(running.variance, layer.running_var) < 1e-12
        x = draw.normal(3, 2, shape)
        inputs = as_torch(x).requires_grad_()
        y = layer.eval()(inputs)
        assert apart(evaluate(x, running).output, y) < 1e-12
        upstream = draw.normal(0, 1, shape)
        y.backward(as_torch(upstream))
        assert apart(evaluate_backward(upstream, running), inputs.grad) < 1e-12
        assert running.batches == 12


def test_one_number_is_all_beta_and_torch_and_we_refuse_to_learn_from_it() -> None:
    assert forward([7.0], gamma=2, beta=1).output.tolist() == [1.0]
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        torch.nn.BatchNorm1d(1)(torch.tensor([[7.0]]))
    with pytest.raises(BadBatch, match="at least 2"):
        update(fresh(), [7.0])
    assert np.isfinite(forward(np.full((1, 3, 4, 4), 2.0)).output).all()  # one picture has 16 numbers per channel


def test_without_spread_and_eps_the_answer_is_no_number() -> None:
    assert np.isnan(forward([2.0, 2.0], eps=0.0).output).all()
    assert forward([2.0, 2.0], eps=1e-5, beta=3).output.tolist() == [3.0, 3.0]


def test_the_four_kinds_equal_torch() -> None:
    x = np.random.default_rng(1).normal(1, 3, (4, 6, 3, 5))
    t = torch.from_numpy(x)
    theirs = {
        "batch": F.batch_norm(t, None, None, training=True),
        "layer": F.layer_norm(t, t.shape[1:]),
        "instance": F.instance_norm(t),
        "group": F.group_norm(t, 3),
    }
    assert set(theirs) == set(KINDS)
    for kind, expected in theirs.items():
        assert apart(normalize(x, kind, groups=3), expected) < 1e-12
    assert np.array_equal(normalize(x, "group", groups=1), normalize(x, "layer"))
    assert np.array_equal(normalize(x, "group", groups=6), normalize(x, "instance"))


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_those_whose_change_changes_me(kind: str) -> None:
    x = np.random.default_rng(1).normal(0, 1, (3, 4, 2, 2))
    at = (1, 2)
    touched = np.zeros((3, 4), dtype=bool)
    for n, c in np.ndindex(3, 4):
        moved = x.copy()
        moved[n, c, 0, 0] += 1
        touched[n, c] = not np.allclose(normalize(moved, kind)[at], normalize(x, kind)[at])
    assert np.array_equal(members(x.shape, kind, at), touched)


def test_two_numbers_per_channel_and_not_per_weight() -> None:
    layer = torch.nn.BatchNorm2d(64)
    convolution = torch.nn.Conv2d(64, 64, 3, bias=False)
    assert parameters(64) == sum(p.numel() for p in layer.parameters()) == 128
    assert sum(p.numel() for p in convolution.parameters()) == 36_864


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        (lambda: forward([]), "at least one number"),
        (lambda: forward(np.zeros((4, 2)), gamma=[1, 1, 1]), "2 features"),
        (lambda: backward([1, 2, 3], [1, 2]), "one for each"),
        (lambda: normalize(np.zeros((2, 3, 1, 1)), "group", groups=2), "divisor of 3"),
        (lambda: normalize(np.zeros((2, 3, 1, 1)), "weight"), "choose one of"),
        (lambda: normalize(np.zeros(3), "batch"), "four axes"),
    ],
)
def test_what_cannot_be_is_told_in_one_short_sentence(wrong: object, fix: str) -> None:
    with pytest.raises(BadBatch, match=fix) as told:
        wrong()  # type: ignore[operator]
    assert len(str(told.value)) <= 140
