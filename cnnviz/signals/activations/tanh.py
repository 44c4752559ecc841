"""Tanh: a sigmoid around zero, four times as steep."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """tanh(z)."""
    return np.asarray(np.tanh(z))


def derivative(z: Array) -> Array:
    """1 − tanh²(z), exact also far out."""
    small = np.exp(-2.0 * np.abs(z))
    return np.asarray(4.0 * small / (1.0 + small) ** 2)


ACTIVATIONS.add(
    Activation(
        name="tanh",
        title="Tanh",
        summary="Between −1 and 1, around zero; its derivative is 1 in the middle and almost 0 on both sides.",
        reference="LeCun et al. 1998, Efficient BackProp, §4.4, https://doi.org/10.1007/3-540-49430-8_2",
        formula=r"\tanh(z)",
        slope_formula=r"1-\tanh^2(z)",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=0.0,
        torch="torch.tanh(z)",
        order=20,
    )
)
