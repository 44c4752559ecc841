"""Orthogonal weights: a rotation, which keeps every length."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import INITIALIZATIONS, Array, Initialization


def draw(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W = gQ with QᵀQ = 1, from the QR decomposition of a normal matrix, signs by R's diagonal so that Q is uniform."""
    q, r = np.linalg.qr(rng.standard_normal((width, width)))
    return np.asarray(scale * q * np.sign(np.diag(r)))


INITIALIZATIONS.add(
    Initialization(
        name="orthogonal",
        title="Orthogonal",
        summary="A random rotation: without an activation it keeps every length exactly, at any depth.",
        reference="Saxe et al. 2014, https://arxiv.org/abs/1312.6120",
        formula=r"W=g\,Q,\ Q^\top Q=1",
        draw=draw,
        variance=lambda width, scale: scale**2 / width,
        code="scale * orthogonal(rng.standard_normal((width, width)))",
        order=60,
    )
)
