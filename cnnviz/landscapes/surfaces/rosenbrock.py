"""Rosenbrock's valley."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def value(x: float, y: float) -> float:
    """Rosenbrock 1960: (1 − x)² + 100 (y − x²)²."""
    a, b = 1 - x, y - x * x
    return a * a + 100 * b * b


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    b = y - x * x
    return -2 * (1 - x) - 400 * x * b, 200 * b


LANDSCAPES.add(
    Landscape(
        name="rosenbrock",
        title="Rosenbrock",
        summary="A bent valley: easy to find, slow to follow to its end.",
        reference="Rosenbrock 1960, https://doi.org/10.1093/comjnl/3.3.175",
        formula=r"(1 - x)^2 + 100\,(y - x^2)^2",
        domain=((-2.0, 2.0), (-1.0, 3.0)),
        start=(-1.5, 2.0),
        minima=((1.0, 1.0),),
        value=value,
        gradient=gradient,
        order=20,
    )
)
