"""A saddle."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def value(x: float, y: float) -> float:
    """Half of x² − y²."""
    return 0.5 * (x * x - y * y)


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    return x, -y


LANDSCAPES.add(
    Landscape(
        name="saddle",
        title="Saddle",
        summary="Down along y, up along x: the gradient almost vanishes in the middle, and below there is no end.",
        reference="Dauphin et al. 2014, https://arxiv.org/abs/1406.2572",
        formula=r"\tfrac12 (x^2 - y^2)",
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        start=(-1.5, 0.001),
        value=value,
        gradient=gradient,
        order=50,
    )
)
