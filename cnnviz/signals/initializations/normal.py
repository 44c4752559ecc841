"""Normal weights of one size for every width: what was done before 2010."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import INITIALIZATIONS, Array, Initialization


def draw(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ N(0, σ²), σ is ``scale``."""
    return scale * rng.standard_normal((width, width))


INITIALIZATIONS.add(
    Initialization(
        name="normal",
        title="Normal, σ of your choice",
        summary="One σ for every width: too small and the signal fades, too large and it explodes.",
        reference="Krizhevsky et al. 2012, §5 (σ = 0.01), https://papers.nips.cc/paper/4824",
        formula=r"W\sim\mathcal N(0,\sigma^2)",
        draw=draw,
        variance=lambda _, scale: scale**2,
        code="scale * rng.standard_normal((width, width))",
        order=10,
    )
)
