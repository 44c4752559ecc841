"""Himmelblau's function."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def value(x: float, y: float) -> float:
    """Himmelblau 1972: (x² + y − 11)² + (x + y² − 7)²."""
    a, b = x * x + y - 11, x + y * y - 7
    return a * a + b * b


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    a, b = x * x + y - 11, x + y * y - 7
    return 4 * a * x + 2 * b, 2 * a + 4 * b * y


LANDSCAPES.add(
    Landscape(
        name="himmelblau",
        title="Himmelblau",
        summary="Four equally deep minima: where you end depends on where you start.",
        reference="Himmelblau 1972, Applied Nonlinear Programming",
        formula=r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        domain=((-5.0, 5.0), (-5.0, 5.0)),
        start=(-0.5, -1.0),
        minima=(
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ),
        value=value,
        gradient=gradient,
        order=40,
    )
)
