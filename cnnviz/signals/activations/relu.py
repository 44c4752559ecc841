"""ReLU: what is positive passes, the rest is 0."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """max(0, z)."""
    return np.asarray(np.maximum(z, 0.0))


def derivative(z: Array) -> Array:
    """1 where z > 0, else 0 (0 at 0, as PyTorch has it)."""
    return np.asarray((z > 0).astype(np.float64))


ACTIVATIONS.add(
    Activation(
        name="relu",
        title="ReLU",
        summary="What is positive passes unchanged: derivative 1. The rest is 0 and learns nothing.",
        reference="Nair & Hinton 2010, https://icml.cc/Conferences/2010/papers/432.pdf",
        formula=r"\max(0,z)",
        slope_formula=r"1\text{ if }z>0\text{, else }0",
        value=value,
        derivative=derivative,
        largest=1.0,
        at=1.0,
        torch="F.relu(z)",
        order=30,
    )
)
