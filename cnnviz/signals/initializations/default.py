"""What nn.Linear does if nobody asks: a third of Xavier's variance."""

from __future__ import annotations

import numpy as np

from cnnviz.signals.registry import INITIALIZATIONS, Array, Initialization


def draw(rng: np.random.Generator, width: int, scale: float) -> Array:
    """W ~ U(−a, a) with a = g/√width."""
    return np.asarray(scale * rng.uniform(-1.0, 1.0, (width, width)) / np.sqrt(width))


INITIALIZATIONS.add(
    Initialization(
        name="default",
        title="PyTorch's default",
        summary="What nn.Linear does by itself: variance 1/(3 width), a third of Xavier's, for historical reasons.",
        reference="PyTorch, torch.nn.Linear, https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
        formula=r"W\sim U\!\left(\pm\tfrac{g}{\sqrt{\text{width}}}\right)",
        draw=draw,
        variance=lambda width, scale: scale**2 / (3.0 * width),
        code="scale * rng.uniform(-1.0, 1.0, (width, width)) / np.sqrt(width)",
        order=70,
    )
)
