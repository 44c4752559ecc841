"""The function of Styblinski and Tang."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point

LOWEST = -2.903534027771177  # the root of 4t³ − 32t + 5 where the curve is lowest


def value(x: float, y: float) -> float:
    """Styblinski & Tang 1990: half the sum of t⁴ − 16t² + 5t over both coordinates."""
    xx, yy = x * x, y * y
    return 0.5 * (xx * xx - 16 * xx + 5 * x + yy * yy - 16 * yy + 5 * y)


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    return 2 * x * x * x - 16 * x + 2.5, 2 * y * y * y - 16 * y + 2.5


LANDSCAPES.add(
    Landscape(
        name="styblinski-tang",
        title="Styblinski–Tang",
        summary="Four basins, one a little deeper than the others.",
        reference="Styblinski & Tang 1990, https://doi.org/10.1016/0893-6080(90)90035-K",
        formula=r"\tfrac12 (x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)",
        domain=((-5.0, 5.0), (-5.0, 5.0)),
        start=(0.3, 4.5),
        minima=((LOWEST, LOWEST),),
        value=value,
        gradient=gradient,
        order=80,
    )
)
