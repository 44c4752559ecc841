"""What theory expects each layer to multiply the gradient by, without drawing one weight.

For wide layers the inputs z of an activation are nearly normal, so its mean effect is an integral over a normal density
(Poole et al. 2016, https://arxiv.org/abs/1606.05340, and Schoenholz et al. 2017, https://arxiv.org/abs/1611.01232; with
batch norm Yang et al. 2019, https://arxiv.org/abs/1902.08129).
"""

from __future__ import annotations

import numpy as np

from cnnviz.signals.network import EPS, Net
from cnnviz.signals.registry import ACTIVATIONS, INITIALIZATIONS, Activation, Array

_GRID = np.linspace(-8.0, 8.0, 801)
_DENSITY = np.exp(-0.5 * _GRID**2)
_DENSITY /= _DENSITY.sum()


def mean_slope(activation: Activation, spread: float) -> float:
    """E[φ'(z)] for z ~ N(0, ``spread``²): what passes on average."""
    return float(_DENSITY @ activation.derivative(spread * _GRID))


def saturated_share(activation: Activation, spread: float, below: float) -> float:
    """The share of inputs z ~ N(0, ``spread``²) where the slope is less than ``below`` in size."""
    return float(_DENSITY @ (np.abs(activation.derivative(spread * _GRID)) < below))


def expected_factors(net: Net) -> Array:
    r"""The expected factor of each layer, first layer first: :math:`\sqrt{w\,\sigma_W^2\,E[\varphi'(z)^2]}`.

    The size of z follows the layers: :math:`E[z^2] = w\sigma_W^2 E[a^2]`. With batch norm z is standard normal and the
    weights' size drops out, :math:`\sqrt{E[\varphi'^2]/Var[a]}`: 1.21 for ReLU. A residual connection
    makes f into :math:`\sqrt{1+f^2}`, as the two ways back are uncorrelated.
    """
    activation = ACTIVATIONS[net.activation]
    power = net.width * variance(net)
    mean, square = 0.0, 1.0  # of the layer's input: standard normal numbers
    factors = []
    for _ in range(net.depth):
        spread = max(square - mean * mean, 0.0)
        u = _GRID if net.norm else np.sqrt(power * square) * _GRID
        value, slope = activation.value(u), activation.derivative(u)
        branch = power * float(_DENSITY @ (slope * slope))
        if net.norm:
            branch /= power * spread + EPS
        factors.append(np.sqrt(branch + (1.0 if net.residual else 0.0)))
        added, more = float(_DENSITY @ value), float(_DENSITY @ (value * value))
        square, mean = (square + 2.0 * mean * added + more, mean + added) if net.residual else (more, added)
    return np.array(factors)


def mean_square_slope(net: Net) -> float:
    """E[φ'(z)²] of the last layer, for the formula."""
    activation, power = ACTIVATIONS[net.activation], net.width * variance(net)
    last = float(expected_factors(net)[-1]) ** 2 - (1.0 if net.residual else 0.0)
    return float(_DENSITY @ activation.derivative(_GRID) ** 2) if net.norm else last / power


def variance(net: Net) -> float:
    """The variance of one weight of ``net``."""
    return INITIALIZATIONS[net.initialization].variance(net.width, net.scale)
