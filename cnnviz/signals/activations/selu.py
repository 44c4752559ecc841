"""SELU: an ELU scaled so that mean 0 and variance 1 are a fixed point."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array

ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946  # §2 of the paper


def value(z: Array) -> Array:
    """λz, or λα(eᶻ − 1) where negative."""
    return np.asarray(SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0.0))))


def derivative(z: Array) -> Array:
    """λ, or λα eᶻ where z ≤ 0."""
    return np.asarray(SCALE * np.where(z > 0, 1.0, ALPHA * np.exp(np.minimum(z, 0.0))))


ACTIVATIONS.add(
    Activation(
        name="selu",
        title="SELU",
        summary="An ELU scaled so that a deep net keeps mean 0 and variance 1, if its weights have variance 1/width.",
        reference="Klambauer et al. 2017, https://arxiv.org/abs/1706.02515",
        formula=r"\lambda z\text{ if }z>0\text{, else }\lambda\alpha(e^z-1)",
        slope_formula=r"\lambda\text{ if }z>0\text{, else }\lambda\alpha e^z",
        value=value,
        derivative=derivative,
        largest=ALPHA * SCALE,
        at=0.0,
        torch="F.selu(z)",
        order=60,
    )
)
