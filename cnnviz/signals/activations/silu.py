"""SiLU, also called swish: the input times its sigmoid."""

from __future__ import annotations

from cnnviz.signals.activations import sigmoid
from cnnviz.signals.registry import ACTIVATIONS, Activation, Array


def value(z: Array) -> Array:
    """The input times its sigmoid, z σ(z)."""
    return z * sigmoid.value(z)


def derivative(z: Array) -> Array:
    """σ(z) + z σ′(z)."""
    return sigmoid.value(z) + z * sigmoid.derivative(z)


ACTIVATIONS.add(
    Activation(
        name="silu",
        title="SiLU (swish)",
        summary="The input times its sigmoid: smooth, a little negative left of zero, slope up to 1.1.",
        reference="Elfwing et al. 2018, https://arxiv.org/abs/1702.03118",
        formula=r"z\,\sigma(z)",
        slope_formula=r"\sigma(z)+z\,\sigma(z)(1-\sigma(z))",
        value=value,
        derivative=derivative,
        largest=1.0998393194,
        at=2.3993572805,
        torch="F.silu(z)",
        order=80,
    )
)
