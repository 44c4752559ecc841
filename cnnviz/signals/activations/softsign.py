"""Softsign: a tanh that saturates slowly."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """z/(1 + |z|)."""
    return np.asarray(z / (1.0 + np.abs(z)))


def derivative(z: Array) -> Array:
    """1/(1 + |z|)²."""
    return np.asarray((1.0 + np.abs(z)) ** -2)


ACTIVATIONS.add(
    Activation(
        name="softsign",
        title="Softsign",
        summary="Like tanh, but it nears ±1 slowly: its derivative fades as 1/z² instead of exponentially.",
        reference="Glorot & Bengio 2010, §3, https://proceedings.mlr.press/v9/glorot10a.html",
        formula=r"\frac{z}{1+\lvert z\rvert}",
        slope_formula=r"\frac{1}{(1+\lvert z\rvert)^2}",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=0.0,
        torch="F.softsign(z)",
        order=25,
    )
)
