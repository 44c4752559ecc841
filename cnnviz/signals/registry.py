"""The menus of activation functions and of initializations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.registry import Registry

Array = NDArray[np.float64]
SATURATED = 0.01  # a smaller derivative passes less than a hundredth of the gradient


@dataclass(frozen=True)
class Activation:
    """An activation function φ with its exact derivative, both entry by entry on arrays of any shape.

    ``largest`` is the supremum of the absolute derivative, ``at`` a point where it is attained or nearly so.
    ``formula`` and ``slope_formula`` are φ(z) and φ′(z) in LaTeX. ``torch`` is the expression in PyTorch, of ``z``,
    with ``torch`` and ``F``.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    slope_formula: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    largest: float
    at: float
    torch: str
    order: int = 1000


@dataclass(frozen=True)
class Initialization:
    """How the weights ``(width, width)`` of a layer are drawn before training.

    ``draw(rng, width, scale)`` draws one layer's; ``variance(width, scale)`` is that of one weight. ``code`` is the
    same draw as a Python expression of ``rng``, ``width`` and ``scale``. ``formula`` is LaTeX.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    draw: Callable[[np.random.Generator, int, float], Array]
    variance: Callable[[int, float], float]
    code: str
    order: int = 1000


ACTIVATIONS: Registry[Activation] = Registry("activation", "cnnviz.signals.activations")
INITIALIZATIONS: Registry[Initialization] = Registry("initialization", "cnnviz.signals.initializations")
