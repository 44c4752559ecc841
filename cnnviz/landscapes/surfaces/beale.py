"""Beale's function."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def _terms(x: float, y: float) -> tuple[float, float, float]:
    return 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y


def value(x: float, y: float) -> float:
    """Beale 1958: the sum of (cₖ − x + x yᵏ)² for k = 1, 2, 3 and c = 1.5, 2.25, 2.625."""
    a, b, c = _terms(x, y)
    return a * a + b * b + c * c


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    a, b, c = _terms(x, y)
    y2 = y * y
    return (
        2 * (a * (y - 1) + b * (y2 - 1) + c * (y2 * y - 1)),
        2 * x * (a + 2 * b * y + 3 * c * y2),
    )


LANDSCAPES.add(
    Landscape(
        name="beale",
        title="Beale",
        summary="A flat plain with steep corners: rates that suit one do not suit the other.",
        reference="Beale 1958, On an iterative method for finding a local minimum",
        formula=r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
        domain=((-4.5, 4.5), (-4.5, 4.5)),
        start=(1.0, 1.5),
        minima=((3.0, 0.5),),
        value=value,
        gradient=gradient,
        order=30,
    )
)
