"""A deep plain network of dense layers, forward and backward in numpy, with what each layer lets through.

One layer is ``z = a Wᵀ``, batch-normalized if asked, and ``a' = φ(z)`` or, with a residual connection,
``a' = a + φ(z)``; after the last one come a linear layer to ten classes and cross-entropy. Nothing is trained: the
norms are those that the first training step sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.params import param, params
from cnnviz.signals.registry import ACTIVATIONS, INITIALIZATIONS, SATURATED, Activation, Array

CLASSES = 10
EPS = 1e-5  # of batch normalization, as in PyTorch


class BadNet(ValueError):
    """A network that cannot be measured; the message tells what to choose."""


@dataclass(frozen=True)
class Net:
    """A network of ``depth`` dense layers of ``width`` units, and how it is drawn. No biases: they start at 0."""

    depth: int = param(20, low=1, high=50, help="How many layers the gradient passes on its way back.")
    width: int = param(64, low=4, high=64, help="Units per layer.")
    activation: str = "sigmoid"
    initialization: str = "xavier-normal"
    scale: float = param(
        1.0, low=0.01, high=5.0, step=0.01, help="σ of the normal weights, or the gain g of the others."
    )
    norm: bool = param(False, label="batch normalization", help="Normalizes every layer before its activation.")
    residual: bool = param(False, label="residual connections", help="Every layer adds to its input: a + φ(Wa).")
    batch: int = param(64, low=2, high=64, help="Examples that are averaged in one step.")
    draws: int = param(2, low=1, high=5, label="networks averaged", help="More draws of the weights, smoother bars.")
    seed: int = param(0, low=0, high=99, help="Another number, other weights.")

    def __post_init__(self) -> None:
        for declared in params(self):
            try:
                declared.check(getattr(self, declared.name))
            except ValueError as refused:
                raise BadNet(str(refused)) from None
        for name, menu in ((self.activation, ACTIVATIONS), (self.initialization, INITIALIZATIONS)):
            if name not in menu:
                raise BadNet(f"no {menu.kind} is called {name!r}; choose one of {', '.join(menu)}")


@dataclass(frozen=True)
class Drawn:
    """The random numbers of one network: input ``(batch, width)``, classes ``(batch,)``, weights, last layer."""

    x: Array
    classes: np.ndarray[tuple[int], np.dtype[np.int64]]
    weights: Sequence[Array]
    head: Array


@dataclass(frozen=True)
class Flow:
    """What one network, or the mean of several, lets through. Norms are Frobenius norms over the batch.

    ``gradient[l]`` is ‖∂ℓ/∂aₗ‖ and ``signal[l]`` the root mean square of aₗ, l = 0 (the input) … depth. The others have
    an entry per layer, first layer first: ``weight`` ‖∂ℓ/∂W‖, ``saturated`` the share of slopes φ' below 0.01, ``dead``
    the share of units with φ' = 0 for the whole batch.
    """

    loss: float
    gradient: Array
    weight: Array
    signal: Array
    saturated: Array
    dead: Array

    @property
    def factors(self) -> Array:
        """What a layer multiplies the norm by on the way back, ``gradient[l-1] / gradient[l]``, first layer first."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.gradient[:-1] / self.gradient[1:])

    @property
    def total(self) -> float:
        """From the last layer's output back to the input: the product of all factors."""
        return float(self.gradient[0] / self.gradient[-1]) if self.gradient[-1] else 0.0

    @property
    def factor(self) -> float:
        """The factor of a typical layer: the geometric mean."""
        return float(self.total ** (1.0 / (len(self.gradient) - 1)))


def draw(net: Net, seed: int) -> Drawn:
    """Input, classes and weights, in this order from one generator."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((net.batch, net.width))
    classes = rng.integers(CLASSES, size=net.batch)
    make = INITIALIZATIONS[net.initialization].draw
    weights = [make(rng, net.width, net.scale) for _ in range(net.depth)]
    head = rng.uniform(-1.0, 1.0, (CLASSES, net.width)) / np.sqrt(net.width)
    return Drawn(x, classes, weights, head)


def flow(net: Net, drawn: Drawn) -> Flow:
    """One network forward and backward; 2 ms for 20 layers of 64 units and 64 examples."""
    activation = ACTIVATIONS[net.activation]
    outputs, slopes, normalized, spreads = _forward(net, drawn, activation)
    loss, back = _cross_entropy(outputs[-1] @ drawn.head.T, drawn.classes)
    back = back @ drawn.head
    gradients, weights = [back], []
    for at in reversed(range(net.depth)):
        inner = back * slopes[at]
        if net.norm:
            u = normalized[at]
            inner = (inner - inner.mean(axis=0) - u * (inner * u).mean(axis=0)) / spreads[at]
        weights.append(inner.T @ outputs[at])
        back = inner @ drawn.weights[at] + (back if net.residual else 0.0)
        gradients.append(back)
    return Flow(
        loss=loss,
        gradient=_norms(gradients[::-1]),
        weight=_norms(weights[::-1]),
        signal=_norms(outputs) / np.sqrt(outputs[0].size),
        saturated=np.array([(np.abs(slope) < SATURATED).mean() for slope in slopes]),
        dead=np.array([(slope == 0).all(axis=0).mean() for slope in slopes]),
    )


def _forward(
    net: Net, drawn: Drawn, activation: Activation
) -> tuple[list[Array], list[Array], list[Array], list[Array]]:
    """Outputs (the input first), slopes, and with batch normalization what was normalized and by what."""
    outputs, slopes, normalized, spreads = [drawn.x], [], [], []
    for weight in drawn.weights:
        z = outputs[-1] @ weight.T
        if net.norm:
            z = z - z.mean(axis=0)
            spreads.append(np.sqrt((z * z).mean(axis=0) + EPS))
            z = z / spreads[-1]
            normalized.append(z)
        slopes.append(activation.derivative(z))
        outputs.append(activation.value(z) + (outputs[-1] if net.residual else 0.0))
    return outputs, slopes, normalized, spreads


def _cross_entropy(scores: Array, classes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[float, Array]:
    """Mean cross-entropy of the softmax, and its derivative (p − y)/batch."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logarithm = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(classes))
    gradient = np.exp(logarithm)
    gradient[rows, classes] -= 1.0
    return float(-logarithm[rows, classes].mean()), gradient / len(classes)


def _norms(arrays: Sequence[Array]) -> Array:
    return np.array([np.sqrt(np.vdot(each, each)) for each in arrays])


def measure(net: Net) -> Flow:
    """The mean of ``net.draws`` networks: geometric for norms, so that one large draw does not hide the others."""
    flows = [flow(net, draw(net, net.seed + k)) for k in range(net.draws)]
    with np.errstate(divide="ignore"):
        middle = {
            name: np.exp(np.mean([np.log(getattr(each, name)) for each in flows], axis=0))
            for name in ("gradient", "weight", "signal")
        }
    shares = {name: np.mean([getattr(each, name) for each in flows], axis=0) for name in ("saturated", "dead")}
    return Flow(loss=float(np.mean([each.loss for each in flows])), **middle, **shares)
