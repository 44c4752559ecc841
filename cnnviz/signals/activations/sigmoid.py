"""The logistic sigmoid: the classic of vanishing gradients."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """σ(z) = 1/(1 + e⁻ᶻ), without overflow."""
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, small) / (1.0 + small))


def derivative(z: Array) -> Array:
    """σ(z)(1 − σ(z)), exact also far out where 1 − σ(z) would round to 0."""
    small = np.exp(-np.abs(z))
    return np.asarray(small / (1.0 + small) ** 2)


ACTIVATIONS.add(
    Activation(
        name="sigmoid",
        title="Sigmoid",
        summary="Between 0 and 1; its derivative is 0.25 at most, and almost 0 on both sides.",
        reference="Rumelhart et al. 1986, https://doi.org/10.1038/323533a0",
        formula=r"\sigma(z)=\frac{1}{1+e^{-z}}",
        slope_formula=r"\sigma(z)\,(1-\sigma(z))",
        value=value,
        derivative=derivative,
        largest=0.25,
        at=0.0,
        torch="torch.sigmoid(z)",
        order=10,
    )
)
