"""Two basins: one wide and shallow, one narrow and deep."""

from __future__ import annotations

from math import exp

from cnnviz.landscapes.registry import LANDSCAPES, Landscape, Point

WIDE = (-1.2, 0.0, 1.0, 0.8)  # x, y, depth, width
NARROW = (1.4, 0.4, 1.5, 0.35)


def value(x: float, y: float) -> float:
    """A shallow bowl less two bells of different depth and width."""
    found = 0.05 * (x * x + y * y)
    for cx, cy, depth, width in (WIDE, NARROW):
        found -= depth * exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * width * width))
    return found


def gradient(x: float, y: float) -> Point:
    """Its exact gradient."""
    gx, gy = 0.1 * x, 0.1 * y
    for cx, cy, depth, width in (WIDE, NARROW):
        square = width * width
        bell = depth * exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * square)) / square
        gx, gy = gx + bell * (x - cx), gy + bell * (y - cy)
    return gx, gy


LANDSCAPES.add(
    Landscape(
        name="two-basins",
        title="Two basins",
        summary="One wide and shallow, one narrow and deep: what a large rate or noise steps over.",
        reference="after Keskar et al. 2017, https://arxiv.org/abs/1609.04836",
        formula=r"\tfrac{x^2 + y^2}{20} - \textstyle\sum_i d_i\, e^{-\lVert (x,y) - c_i \rVert^2 / 2 w_i^2}",
        domain=((-3.0, 3.0), (-2.2, 2.2)),
        start=(0.4, 1.6),
        minima=((1.3870979700654082, 0.3965194093898382),),
        value=value,
        gradient=gradient,
        order=90,
    )
)
