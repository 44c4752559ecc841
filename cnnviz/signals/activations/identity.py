"""No activation at all: a deep net of these is one matrix."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """The input itself."""
    return z


def derivative(z: Array) -> Array:
    """One, everywhere."""
    return np.ones_like(z)


ACTIVATIONS.add(
    Activation(
        name="identity",
        title="None (linear)",
        summary="No activation: only the weights make the gradient grow or shrink.",
        reference="Saxe et al. 2014, https://arxiv.org/abs/1312.6120",
        formula=r"z",
        slope_formula=r"1",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=0.0,
        torch="z",
        order=120,
    )
)
