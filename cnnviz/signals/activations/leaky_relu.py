"""Leaky ReLU: a ReLU whose negative side keeps a small slope."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array

SLOPE = 0.01


def value(z: Array) -> Array:
    """z, or 0.01 z where negative."""
    return np.asarray(np.where(z > 0, z, SLOPE * z))


def derivative(z: Array) -> Array:
    """1, or 0.01 where z ≤ 0."""
    return np.asarray(np.where(z > 0, 1.0, SLOPE))


ACTIVATIONS.add(
    Activation(
        name="leaky-relu",
        title="Leaky ReLU",
        summary="A ReLU whose negative side keeps a slope of 0.01, so no unit is dead for good.",
        reference="Maas et al. 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
        formula=r"\max(z,\,0.01\,z)",
        slope_formula=r"1\text{ if }z>0\text{, else }0.01",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=1.0,
        torch="F.leaky_relu(z, 0.01)",
        order=40,
    )
)
