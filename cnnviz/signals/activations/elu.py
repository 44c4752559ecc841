"""ELU: linear above zero, an exponential that ends at −1 below."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """z, or eᶻ − 1 where negative."""
    return np.asarray(np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))))


def derivative(z: Array) -> Array:
    """1, or eᶻ where z ≤ 0."""
    return np.asarray(np.exp(np.minimum(z, 0.0)))


ACTIVATIONS.add(
    Activation(
        name="elu",
        title="ELU",
        summary="Linear above zero; below, an exponential that saturates at −1 and pulls the mean towards 0.",
        reference="Clevert et al. 2016, https://arxiv.org/abs/1511.07289",
        formula=r"z\text{ if }z>0\text{, else }e^z-1",
        slope_formula=r"1\text{ if }z>0\text{, else }e^z",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=1.0,
        torch="F.elu(z)",
        order=50,
    )
)
