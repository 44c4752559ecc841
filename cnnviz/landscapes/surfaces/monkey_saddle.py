"""The monkey saddle."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def value(x: float, y: float) -> float:
    """The real part of (x + iy)³."""
    return x * x * x - 3 * x * y * y


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    return 3 * (x * x - y * y), -6 * x * y


LANDSCAPES.add(
    Landscape(
        name="monkey-saddle",
        title="Monkey saddle",
        summary="Three ways down, for two legs and a tail; in the middle even the curvature is zero.",
        reference="Hilbert & Cohn-Vossen 1932, Anschauliche Geometrie",
        formula=r"x^3 - 3xy^2",
        domain=((-1.5, 1.5), (-1.5, 1.5)),
        start=(0.6, 0.02),
        value=value,
        gradient=gradient,
        order=60,
    )
)
