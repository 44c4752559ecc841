"""Hard sigmoid: a straight line between 0 and 1."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """z/6 + ½, cut at 0 and 1."""
    return np.asarray(np.clip(z / 6.0 + 0.5, 0.0, 1.0))


def derivative(z: Array) -> Array:
    """1/6 between −3 and 3, else 0."""
    return np.asarray((np.abs(z) < 3).astype(np.float64) / 6.0)


ACTIVATIONS.add(
    Activation(
        name="hard-sigmoid",
        title="Hard sigmoid",
        summary="A straight line from 0 to 1 between −3 and 3: derivative 1/6 there, exactly 0 outside.",
        reference="Howard et al. 2019 (MobileNetV3), §5.2, https://arxiv.org/abs/1905.02244",
        formula=r"\min(1,\max(0,\tfrac z6+\tfrac12))",
        slope_formula=r"\tfrac16\text{ if }\lvert z\rvert<3\text{, else }0",
        value=value,
        derivative=derivative,
        largest=1.0 / 6.0,
        at=0.0,
        torch="F.relu6(z + 3.0) / 6.0",  # F.hardsigmoid has its slope in single precision only
        order=110,
    )
)
