"""The quadratic ravine."""

from __future__ import annotations

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point


def make(kappa: float) -> Landscape:
    r"""Make :math:`f = \tfrac12 (x^2 + \kappa y^2)`, with condition number κ: the case that theory solves."""

    def value(x: float, y: float) -> float:
        return 0.5 * (x * x + kappa * y * y)

    def gradient(x: float, y: float) -> Point:
        return x, kappa * y

    return Landscape(
        name="quadratic",
        title="Quadratic ravine",
        summary="A bowl κ times steeper in y than in x: the case that theory solves.",
        reference="Goh 2017, https://distill.pub/2017/momentum",
        formula=r"\tfrac12 (x^2 + \kappa y^2)",
        domain=((-2.0, 2.0), (-1.6, 1.6)),
        start=(1.0, 1.0),
        minima=((0.0, 0.0),),
        value=value,
        gradient=gradient,
        parameters={"kappa": kappa},
        make=make,
        order=10,
    )


LANDSCAPES.add(make(10.0))
