"""How far the output of a pooling layer changes when its input moves: measured, on a plane that wraps round.

What leaves on the right comes back on the left, in the picture and under the windows, so that nothing new enters and
two facts hold exactly: global pooling does not change at all, and with steps of ``s`` a move by ``s`` moves the output
by one whole cell. Only numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[int, int]

#: The ways to make an input smaller that are compared, each with its title; "nothing" is the input itself.
WAYS = {
    "max": "max",
    "average": "average",
    "strided": "every s-th value",
    "blur": "max, then blur",
    "global": "global average",
    "nothing": "no pooling",
}


class BadMove(ValueError):
    """An input that cannot be moved and pooled so; the message tells the fix."""


@dataclass(frozen=True)
class Moved:
    """One way, measured: per shift the ``distance`` ‖P(S x) − P(x)‖/‖P(x)‖ and the share of cells ``changed``.

    ``undone`` is the distance that is left when the first output is moved along, by ⌊d/s⌋ or ⌈d/s⌉ whole cells,
    whichever is nearer: 0 where moving the input only moves the output. ``outputs`` are ``(shifts, C, H', W')``.
    """

    way: str
    shifts: tuple[int, ...]
    distance: tuple[float, ...]
    changed: tuple[float, ...]
    undone: tuple[float, ...]
    outputs: Array


def move(x: Array, by: int) -> Array:
    """``x`` ``(C, H, W)`` moved to the right; what leaves comes back on the left."""
    return np.roll(x, by, axis=2)


def whole_steps(x: Array, stride: Pair) -> Array:
    """The largest part of ``x`` ``(C, H, W)`` whose sides are whole steps. Raises :class:`BadMove` if it is smaller."""
    height, width = x.shape[1] // stride[0] * stride[0], x.shape[2] // stride[1] * stride[1]
    if not height or not width:
        raise BadMove(f"steps of {max(stride)} are longer than an input of {x.shape[1]}×{x.shape[2]}; use shorter ones")
    return x[:, :height, :width]


def reduce(x: Array, way: str, *, kernel: Pair, stride: Pair, blur: int = 3) -> Array:
    """Make ``x`` ``(C, H, W)`` smaller in one of the :data:`WAYS`, windows wrapping round.

    "blur" is MaxBlurPool (Zhang 2019, arXiv:1904.11486): the maximum at every place, then a binomial filter of ``blur``
    taps ([1 2 1]/4 for 3), then every s-th value. Raises :class:`BadMove` for an unknown way.
    """
    if way not in WAYS:
        raise BadMove(f"there is no way called {way!r}; choose one of {', '.join(WAYS)}")
    if way == "global":
        return np.asarray(x.mean(axis=(1, 2), keepdims=True))
    if way == "nothing":
        return x
    dense = x
    for axis in (1, 2):
        dense = _window(dense, way, kernel[axis - 1], axis=axis)
    if way == "blur":
        for axis in (1, 2):
            dense = _blurred(dense, binomial(blur), axis=axis)
    return dense[:, :: stride[0], :: stride[1]]


def binomial(taps: int) -> Array:
    """The blur of Zhang 2019: a row of Pascal's triangle, summing to 1; [1 2 1]/4 for 3 taps."""
    row = np.ones(1)
    for _ in range(taps - 1):
        row = np.convolve(row, [0.5, 0.5])
    return row


def measure(
    x: Array, way: str, *, kernel: Pair, stride: Pair, blur: int = 3, shifts: Sequence[int] = range(9)
) -> Moved:
    """Move ``x`` ``(C, H, W)`` to the right by each of ``shifts`` and measure how far its output changes.

    ``x`` is first cut to whole steps (:func:`whole_steps`). About 3 ms for a plane of 64×64 and a window of 2×2.
    """
    plane = whole_steps(x, stride)
    outputs = [reduce(move(plane, by), way, kernel=kernel, stride=stride, blur=blur) for by in shifts]
    still = reduce(plane, way, kernel=kernel, stride=stride, blur=blur)
    cell = plane.shape[2] // still.shape[2]  # columns of the input per column of the output
    along = [{by // cell, -(-by // cell)} for by in shifts]
    return Moved(
        way,
        tuple(shifts),
        tuple(distance(each, still) for each in outputs),
        tuple(changed(each, still) for each in outputs),
        tuple(min(distance(each, move(still, m)) for m in near) for each, near in zip(outputs, along, strict=True)),
        np.stack(outputs),
    )


def distance(a: Array, b: Array) -> float:
    """‖a − b‖ / ‖b‖, Euclidean; 0 where both are nothing. Sums of the same numbers in another order count as equal."""
    apart, length = float(np.linalg.norm(a - b)), float(np.linalg.norm(b))
    if apart <= 1e-12 * max(length, 1e-300):
        return 0.0
    return apart / length if length else float("inf")


def changed(a: Array, b: Array) -> float:
    """The share of cells whose value is another, from 0 to 1."""
    same = np.isclose(a, b, rtol=1e-9, atol=1e-12 * float(np.abs(b).max(initial=1e-300)))
    return float(1 - same.mean())


def signal(length: int = 64) -> Array:
    """A drawn signal ``(1, 1, length)``: a fine comb, two pulses, a ramp and a rounded hill, between 0 and 1."""
    t = np.arange(length) / length
    comb = np.where(t < 0.25, np.arange(length) % 4 < 2, 0.0)
    pulses = ((t > 0.34) & (t < 0.38)) | ((t > 0.45) & (t < 0.47))
    ramp = np.where((t > 0.55) & (t < 0.72), (t - 0.55) / 0.17, 0.0)
    hill = np.exp(-(((t - 0.86) / 0.05) ** 2))
    drawn: Array = np.maximum.reduce([comb, pulses.astype(np.float64), ramp, hill])
    return np.round(drawn, 3)[None, None]


def _window(x: Array, way: str, size: int, *, axis: int) -> Array:
    """A window of ``size`` at every place along one axis: the maximum, the average, or the value itself."""
    if way == "strided":
        return x
    under = [np.roll(x, -at, axis=axis) for at in range(size)]
    return np.asarray(np.mean(under, axis=0) if way == "average" else np.maximum.reduce(under))


def _blurred(x: Array, taps: Array, *, axis: int) -> Array:
    first = (len(taps) - 1) // 2
    return np.asarray(sum(tap * np.roll(x, first - at, axis=axis) for at, tap in enumerate(taps)))
