"""He, also called Kaiming: twice the variance, because a ReLU loses half of the signal."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import INITIALIZATIONS, Array, Initialization


def normal(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ N(0, 2g²/width)."""
    return np.asarray(scale * rng.standard_normal((width, width)) * np.sqrt(2.0 / width))


def uniform(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ U(−a, a) with a = g√(6/width)."""
    return np.asarray(scale * rng.uniform(-1.0, 1.0, (width, width)) * np.sqrt(6.0 / width))


INITIALIZATIONS.add(
    Initialization(
        name="he-normal",
        title="He (Kaiming), normal",
        summary="Twice Xavier's variance: makes up for the half that a ReLU sets to 0.",
        reference="He et al. 2015, https://arxiv.org/abs/1502.01852",
        formula=r"W\sim\mathcal N\!\left(0,\tfrac{2g^2}{\text{width}}\right)",
        draw=normal,
        variance=lambda width, scale: 2.0 * scale**2 / width,
        code="scale * rng.standard_normal((width, width)) * np.sqrt(2.0 / width)",
        order=40,
    )
)

INITIALIZATIONS.add(
    Initialization(
        name="he-uniform",
        title="He (Kaiming), uniform",
        summary="The same variance, drawn evenly between two ends.",
        reference="He et al. 2015, https://arxiv.org/abs/1502.01852",
        formula=r"W\sim U\!\left(\pm g\sqrt{\tfrac{6}{\text{width}}}\right)",
        draw=uniform,
        variance=lambda width, scale: 2.0 * scale**2 / width,
        code="scale * rng.uniform(-1.0, 1.0, (width, width)) * np.sqrt(6.0 / width)",
        order=50,
    )
)
