"""GELU: the input times the chance that a standard normal number is below it."""

from __future__ import annotations

from functools import cache
from math import erf, pi, sqrt

import numpy as np

from cnnviz.signals.registry import ACTIVATIONS, Activation, Array

STEP, EDGE = 1.0 / 256.0, 9.0  # beyond the edge Φ is 0 or 1 to the last digit


@cache
def _table() -> Array:
    """Φ at every step from −9 to 9: numpy has no erf, and the standard library's takes one number at a time."""
    places = np.arange(-EDGE / STEP, EDGE / STEP + 1) * STEP
    return np.array([0.5 * (1.0 + erf(each / sqrt(2.0))) for each in places])


def below(z: Array) -> Array:
    """Φ(z), the chance that a standard normal number is below ``z``: four terms of Taylor from the table, to 1e-15."""
    z = np.clip(z, -EDGE, EDGE)
    at = np.rint(z / STEP)
    near = at * STEP
    d = z - near
    bend = d * (1.0 - d * (near / 2.0 - d * ((near * near - 1.0) / 6.0 - d * near * (near * near - 3.0) / 24.0)))
    start = _table()[(at + EDGE / STEP).astype(np.intp)]
    return np.asarray(start + np.exp(-0.5 * near * near) / sqrt(2.0 * pi) * bend)


def value(z: Array) -> Array:
    """The exact form, z Φ(z), not the approximation with tanh."""
    return z * below(z)


def derivative(z: Array) -> Array:
    """Φ(z) + z φ(z) with the normal density φ."""
    return np.asarray(below(z) + z * np.exp(-0.5 * z * z) / sqrt(2.0 * pi))


ACTIVATIONS.add(
    Activation(
        name="gelu",
        title="GELU",
        summary="The input times the chance that a standard normal number is below it: smooth, slope up to 1.13.",
        reference="Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415",
        formula=r"z\,\Phi(z)",
        slope_formula=r"\Phi(z)+z\,\varphi(z)",
        value=value,
        derivative=derivative,
        largest=1.1289042,
        at=sqrt(2.0),
        torch="F.gelu(z)",
        order=70,
    )
)
