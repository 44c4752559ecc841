"""``noise``: independent random pixels."""

from __future__ import annotations

import numpy as np

from cnnviz.occlusion.fills.registry import FILLS, Fill, Pixels


def paint(view: Pixels, seed: int) -> Pixels:
    """Every number uniform in 0…255, drawn from ``seed``."""
    return np.random.default_rng(seed).integers(0, 256, view.shape, dtype=np.uint8)


FILLS.add(
    Fill(
        name="noise",
        title="Noise",
        summary="Random pixels: full of edges, and another seed gives other scores.",
        reference="Fong & Vedaldi 2017, https://arxiv.org/abs/1704.03296",
        paint=paint,
        order=5,
    )
)
