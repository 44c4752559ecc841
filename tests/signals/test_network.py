"""The numpy network against torch's autograd, its theory against what is measured, and what cannot be asked for."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.signals import ACTIVATIONS, INITIALIZATIONS, BadNet, Net, draw, expected_factors, flow, measure

NETS = [
    *(Net(6, 16, name, "xavier-normal", batch=8) for name in ACTIVATIONS),
    *(Net(6, 16, "tanh", name, 1.3, batch=8, norm=True) for name in INITIALIZATIONS),
    *(Net(9, 12, "relu", "he-normal", norm=norm, residual=True, batch=16) for norm in (False, True)),
    Net(1, 4, "gelu", "default", norm=True, residual=True, batch=2),
    Net(50, 64, "sigmoid", "normal", 0.05),
    Net(50, 64, "relu", "normal", 1.0),
    Net(50, 64, "relu", "he-normal", norm=True),
]


def autograd(net: Net, seed: int) -> dict[str, Any]:
    """The same numbers through torch."""
    drawn = draw(net, seed)
    tensors = [torch.tensor(w, requires_grad=True) for w in drawn.weights]
    outputs, slopes = [torch.tensor(drawn.x, requires_grad=True)], []
    for weight in tensors:
        z = F.linear(outputs[-1], weight)
        if net.norm:
            z = F.batch_norm(z, None, None, training=True)
        z = z * 1.0
        a = eval(ACTIVATIONS[net.activation].torch, {"z": z, "torch": torch, "F": F})  # noqa: S307 (our own)
        slopes.append(torch.autograd.grad(a.sum(), z, retain_graph=True)[0])
        a = a + outputs[-1] if net.residual else a
        a.retain_grad()
        outputs.append(a)
    loss = F.cross_entropy(F.linear(outputs[-1], torch.tensor(drawn.head)), torch.tensor(drawn.classes))
    loss.backward()
    return {
        "loss": loss.item(),
        "gradient": [a.grad.norm().item() for a in outputs],  # type: ignore[union-attr]
        "weight": [w.grad.norm().item() for w in tensors],  # type: ignore[union-attr]
        "signal": [a.detach().square().mean().sqrt().item() for a in outputs],
        "saturated": [(s.abs() < 0.01).double().mean().item() for s in slopes],
        "dead": [(s == 0).all(0).double().mean().item() for s in slopes],
    }


@pytest.mark.parametrize("net", NETS, ids=str)
def test_every_norm_equals_autograd(net: Net) -> None:
    ours, theirs = flow(net, draw(net, 7)), autograd(net, 7)
    for name, value in theirs.items():
        assert np.allclose(getattr(ours, name), value, rtol=1e-10, atol=0), name


def test_the_mean_is_geometric_over_the_seeds() -> None:
    net = Net(5, 16, batch=8, draws=3, seed=4)
    each = [np.array(autograd(net, seed)["gradient"]) for seed in (4, 5, 6)]
    assert np.allclose(measure(net).gradient, np.prod(each, axis=0) ** (1 / 3), rtol=1e-10)
    assert measure(net).loss == pytest.approx(np.mean([autograd(net, seed)["loss"] for seed in (4, 5, 6)]))


def test_factors_multiply_to_what_is_left() -> None:
    measured = measure(Net(12))
    assert len(measured.factors) == 12
    assert measured.gradient[-1] * np.prod(measured.factors) == pytest.approx(measured.gradient[0], rel=1e-12)
    assert measured.factor**12 == pytest.approx(measured.total, rel=1e-9)


@pytest.mark.parametrize(
    "net",
    [
        *(
            Net(15, 64, name, "xavier-normal", draws=4)
            for name in ("sigmoid", "tanh", "softsign", "hard-tanh", "identity")
        ),
        *(
            Net(15, 64, name, "he-normal", draws=4)
            for name in ("relu", "leaky-relu", "elu", "gelu", "silu", "softplus")
        ),
        *(Net(15, 64, "sigmoid", "normal", scale, draws=4) for scale in (0.02, 0.05, 1.0)),
        *(Net(15, 64, name, "he-normal", norm=True, draws=4) for name in ("relu", "sigmoid", "tanh")),
        *(Net(15, 64, name, "he-normal", norm=True, residual=True, draws=4) for name in ("relu", "sigmoid")),
        Net(15, 64, "tanh", "orthogonal", draws=4),
        Net(15, 64, "relu", "default", draws=4),
    ],
    ids=str,
)
def test_theory_expects_what_is_measured_within_a_tenth(net: Net) -> None:
    expected = float(np.prod(expected_factors(net)) ** (1 / net.depth))
    assert measure(net).factor == pytest.approx(expected, rel=0.1)


def test_known_limits_of_the_theory() -> None:
    relu = expected_factors(Net(30, 64, "relu", "he-normal"))
    assert np.allclose(relu, 1.0, atol=0.01)  # He et al. 2015: what goes back keeps its size
    normalized = expected_factors(Net(30, 64, "relu", "he-normal", norm=True))
    assert normalized[-1] == pytest.approx(np.sqrt(np.pi / (np.pi - 1)), abs=0.01)  # Yang et al. 2019
    assert np.allclose(expected_factors(Net(9, 64, "identity", "xavier-normal")), 1.0)


def test_with_batch_norm_the_size_of_the_weights_drops_out() -> None:
    small, large = (measure(Net(10, activation="sigmoid", scale=scale, norm=True)) for scale in (0.5, 5.0))
    assert np.allclose(small.gradient, large.gradient, rtol=1e-3)


def test_a_linear_orthogonal_net_keeps_the_gradient_at_any_depth() -> None:
    gradient = measure(Net(50, activation="identity", initialization="orthogonal")).gradient
    assert np.allclose(gradient, gradient[-1], rtol=1e-9)


def test_a_hopeless_net_has_zeros_and_no_warning() -> None:
    with np.errstate(all="raise"):
        measured = measure(Net(50, 4, "hard-sigmoid", "normal", 5.0, batch=2, draws=1))
    assert measured.gradient[0] == 0.0 and measured.dead.max() > 0


@pytest.mark.parametrize(
    "wrong", [{"depth": 0}, {"depth": 51}, {"activation": "step"}, {"initialization": "zeros"}, {"scale": 9.0}]
)
def test_what_cannot_be_measured_is_told_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadNet) as refused:
        dataclasses.replace(Net(), **wrong)
    assert "choose" in str(refused.value) and "\n" not in str(refused.value)
