"""Xavier, also called Glorot: variance 2/(fan in + fan out), which is 1/width here."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import INITIALIZATIONS, Array, Initialization


def normal(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ N(0, g²/width)."""
    return np.asarray(scale * rng.standard_normal((width, width)) / np.sqrt(width))


def uniform(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ U(−a, a) with a = g√(3/width)."""
    return np.asarray(scale * rng.uniform(-1.0, 1.0, (width, width)) * np.sqrt(3.0 / width))


INITIALIZATIONS.add(
    Initialization(
        name="xavier-normal",
        title="Xavier (Glorot), normal",
        summary="Keeps the size of the signal where the activation's slope is about 1, as tanh's is.",
        reference="Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html",
        formula=r"W\sim\mathcal N\!\left(0,\tfrac{g^2}{\text{width}}\right)",
        draw=normal,
        variance=lambda width, scale: scale**2 / width,
        code="scale * rng.standard_normal((width, width)) / np.sqrt(width)",
        order=20,
    )
)

INITIALIZATIONS.add(
    Initialization(
        name="xavier-uniform",
        title="Xavier (Glorot), uniform",
        summary="The same variance, drawn evenly between two ends: equation 16 of the paper.",
        reference="Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html",
        formula=r"W\sim U\!\left(\pm g\sqrt{\tfrac{3}{\text{width}}}\right)",
        draw=uniform,
        variance=lambda width, scale: scale**2 / width,
        code="scale * rng.uniform(-1.0, 1.0, (width, width)) * np.sqrt(3.0 / width)",
        order=30,
    )
)
