"""A saddle."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape

LANDSCAPES.add(
    Landscape(
        name="saddle",
        title="Saddle",
        summary="Down along y, up along x: the gradient almost vanishes in the middle, and below there is no end.",
        reference="Dauphin et al. 2014, https://arxiv.org/abs/1406.2572",
        formula=r"\tfrac12 (x^2 - y^2)",
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        start=(-1.5, 0.001),
        value=lambda x, y: 0.5 * (x * x - y * y),
        gradient=lambda x, y: (x, -y),
        order=50,
    )
)
