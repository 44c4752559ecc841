"""Rastrigin's function."""

from __future__ import annotations

from math import cos, pi, sin

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point

TAU = 2 * pi


def value(x: float, y: float) -> float:
    """Rastrigin 1974: 20 + x² − 10 cos 2πx + y² − 10 cos 2πy."""
    return 20 + x * x + y * y - 10 * (cos(TAU * x) + cos(TAU * y))


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    return 2 * x + 10 * TAU * sin(TAU * x), 2 * y + 10 * TAU * sin(TAU * y)


LANDSCAPES.add(
    Landscape(
        name="rastrigin",
        title="Rastrigin",
        summary="An egg box: a minimum at every corner of a grid, only one of them the lowest.",
        reference="Rastrigin 1974, Systems of Extremal Control",
        formula=r"20 + x^2 - 10 \cos 2\pi x + y^2 - 10 \cos 2\pi y",
        domain=((-4.0, 4.0), (-4.0, 4.0)),
        start=(2.3, -2.8),
        minima=((0.0, 0.0),),
        value=value,
        gradient=gradient,
        order=70,
    )
)
