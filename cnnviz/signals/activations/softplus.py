"""Softplus: a ReLU without its corner."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.activations import sigmoid
from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """ln(1 + eᶻ), without overflow."""
    return np.asarray(np.logaddexp(0.0, z))


def derivative(z: Array) -> Array:
    """The sigmoid."""
    return sigmoid.value(z)


ACTIVATIONS.add(
    Activation(
        name="softplus",
        title="Softplus",
        summary="A ReLU without its corner; its derivative is the sigmoid.",
        reference="Glorot et al. 2011, §3, https://proceedings.mlr.press/v15/glorot11a.html",
        formula=r"\ln(1+e^z)",
        slope_formula=r"\sigma(z)",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=8.0,
        torch="F.softplus(z, threshold=700.0)",
        order=90,
    )
)
