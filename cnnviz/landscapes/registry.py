"""The menu of landscapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cnnviz.registry import Registry

Point = tuple[float, float]


class BadLandscape(ValueError):
    """A parameter that a landscape does not have, or that makes none."""


@dataclass(frozen=True)
class Landscape:
    """A function of two numbers with its exact gradient.

    ``value`` and ``gradient`` take and give floats; far outside they may raise OverflowError, or ValueError for a
    cosine of infinity. ``domain`` is what to draw, ``start`` where a path begins unless told, ``minima`` the places of
    the global minimum. ``parameters`` can be changed by :meth:`vary`, which calls ``make`` with all of them.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    domain: tuple[Point, Point]
    start: Point
    value: Callable[[float, float], float]
    gradient: Callable[[float, float], Point]
    minima: tuple[Point, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    make: Callable[..., Landscape] | None = None
    program: Mapping[str, Sequence[float | str]] | None = None  # of a formula of one's own, in postfix form
    order: int = 1000

    def vary(self, **values: float) -> Landscape:
        """The landscape with other parameters; raises :class:`BadLandscape`."""
        for name, value in values.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise BadLandscape(f"{self.name} has no parameter {name!r}; it has: {known}")
            if not (math.isfinite(value) and value > 0):
                raise BadLandscape(f"{name} is {value}; choose a number above 0")
        if not values or self.make is None:
            return self
        return self.make(**{**self.parameters, **values})


LANDSCAPES: Registry[Landscape] = Registry("landscape", "cnnviz.landscapes.surfaces")


def quadratic(kappa: float = 10.0) -> Landscape:
    """The ravine ½(x² + κy²)."""
    return LANDSCAPES["quadratic"].vary(kappa=kappa)
