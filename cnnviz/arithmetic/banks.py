"""Several filters at once: a named kernel first and random ones after it, or a fan of Gabor kernels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import inputs
from cnnviz.arithmetic.kernels import Shape, kernel

Array = NDArray[Any]


def bank(
    name: str,
    count: tuple[int, int],
    shape: Shape | None = None,
    *,
    line: bool = False,
    transposed: bool = False,
    groups: int = 1,
    seed: int = 0,
) -> Array:
    """Weights for ``count`` (filters, channels): (O, C/groups, kh, kw), or transposed (C, O/groups, kh, kw).

    The first filter is the kernel ``name`` (*deck*, *dice*, or one of :data:`cnnviz.arithmetic.kernels.KERNELS`, which
    takes the mean of its channels), the others are drawn with ``seed``; *gabor* fills half a turn with its directions.
    A ``line`` has kh = 1.
    """
    shape = shape or Shape()
    filters, channels = count
    depth = channels // groups
    first = _plane(name, shape, line=line)
    w = inputs.weights((filters, depth, *first.shape), seed=seed)
    if name != "dice":
        w[0] = first if name == "deck" else first / depth
    if name == "gabor":
        for o in range(filters):
            turned = replace(shape, orientation=shape.orientation + 180 * o / filters)
            w[o] = _plane(name, turned, line=line) / depth
    if transposed:
        grouped = w.reshape(groups, filters // groups, depth, *first.shape)
        w = grouped.swapaxes(1, 2).reshape(channels, filters // groups, *first.shape)
    return w


def _plane(name: str, shape: Shape, *, line: bool) -> Array:
    """One plane; on a line the columns are summed, as an input that is the same in every row would see them."""
    if name == "deck":
        return np.array((inputs.DECK_LINE if line else inputs.DECK)[1], dtype=np.float64)
    if name == "dice":
        return np.zeros((1 if line else shape.side, shape.side))
    plane = kernel(name, shape)
    return plane.sum(axis=0, keepdims=True) if line else plane
