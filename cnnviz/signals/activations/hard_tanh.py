"""Hard tanh: the identity, cut at ±1."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """z, cut at −1 and 1."""
    return np.asarray(np.clip(z, -1.0, 1.0))


def derivative(z: Array) -> Array:
    """1 between −1 and 1, else 0 (0 at the corners, as PyTorch has it)."""
    return np.asarray((np.abs(z) < 1).astype(np.float64))


ACTIVATIONS.add(
    Activation(
        name="hard-tanh",
        title="Hard tanh",
        summary="The identity, cut at ±1: derivative 1 inside, exactly 0 outside.",
        reference="Collobert 2004, thesis",
        formula=r"\min(1,\max(-1,z))",
        slope_formula=r"1\text{ if }\lvert z\rvert<1\text{, else }0",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=0.0,
        torch="F.hardtanh(z)",
        order=100,
    )
)
