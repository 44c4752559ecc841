"""Loops over the elements of a map, compiled for this processor: what a network does between its convolutions.

A step moves each map several times through memory: batch norm reads it twice, a sum and ReLU once more each, and as
often on the way back. These do in one pass what can be done in one. Numbers are bfloat16, given as their bits, since
neither numpy nor numba knows the type; they are computed with in float32 and rounded once, to the nearest.

A map is its rows ``(rows, lanes)``, each of all channels of some pixels; in :mod:`cnnviz.training.kernels_pooling`
its pixels.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numba
import numpy as np
from numba import prange
from numpy.typing import NDArray

Bits = NDArray[np.uint16]
Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Loop = TypeVar("Loop", bound=Callable[..., Any])

TOGETHER = 256  # rows that are summed in float32, before their sum is added in float64

if sys.platform != "darwin":
    numba.config.THREADING_LAYER = "omp"  # type: ignore[attr-defined]  # the threads that torch has: others would wait for each other


def compiled(loop: Loop, *, shared: bool = True) -> Loop:
    """Compiled when it is first called, and kept on disk for the next process where there is a place for it."""
    compiler: Any = partial(numba.njit, parallel=shared, nogil=True, error_model="numpy", fastmath={"contract"})
    try:
        made: Loop = compiler(cache=True)(loop)
    except RuntimeError:  # neither the program's folder nor the user's can be written to
        made = compiler()(loop)
    return made


def part(loop: Loop) -> Loop:
    """Compiled, for other loops to call."""
    return compiled(loop, shared=False)


@part
def _wide(bits: Any) -> Any:
    """bfloat16 as float32: the upper half of its bits."""
    return np.uint32(np.uint32(bits) << np.uint32(16)).view(np.float32)


@part
def _narrow(value: Any) -> Any:
    """float32 as bfloat16, to the nearest, of two that are as near to the even one."""
    bits = np.float32(value).view(np.uint32)
    rest = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return np.uint16(np.uint32(bits + rest) >> np.uint32(16))


@part
def _repeated(terms: Any, lanes: int) -> Any:
    """Numbers per channel ``(K, C)`` as numbers per place of a row, ``(K, lanes)``."""
    count, channels = terms.shape
    found = np.empty((count, lanes), np.float32)
    for number in range(count):
        for first in range(0, lanes, channels):
            for k in range(channels):
                found[number, first + k] = terms[number, k]
    return found


@part
def _folded(some: Any, channels: int) -> Any:
    """Sums of blocks of rows ``(blocks, K, lanes)`` as sums per channel ``(K, C)``."""
    blocks, count, lanes = some.shape
    found = np.zeros((count, channels))
    for block in range(blocks):
        for number in range(count):
            for first in range(0, lanes, channels):
                for k in range(channels):
                    found[number, k] += some[block, number, first + k]
    return found


@part
def _add_sums(x: Any, some: Any) -> None:
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            value = _wide(x[row, k])
            some[0, k] += value
            some[1, k] += value * value


@compiled
def sums(channels: int, x: Bits) -> Numbers:
    """Sum and sum of squares of each channel, ``(2, C)``."""
    some = np.zeros((-(-x.shape[0] // TOGETHER), 2, x.shape[1]), np.float32)
    for block in prange(some.shape[0]):
        _add_sums(x[block * TOGETHER : (block + 1) * TOGETHER], some[block])
    found: Numbers = _folded(some, channels)
    return found


@compiled
def scaled(least: float, terms: Floats, x: Bits, y: Bits) -> None:
    """``y = max(x · terms[0] + terms[1], least)``."""
    low, wide = np.float32(least), _repeated(terms, x.shape[1])
    for row in prange(x.shape[0]):
        for k in range(x.shape[1]):
            value = _wide(x[row, k]) * wide[0, k] + wide[1, k]
            y[row, k] = _narrow(low if value < low else value)  # noqa: FURB136 (NaN stays what it is)


@compiled
def scaled_and_added(least: float, terms: Floats, x: Bits, other: Bits, y: Bits) -> None:
    """``y = max(x · terms[0] + terms[1] + other, least)``."""
    low, wide = np.float32(least), _repeated(terms, x.shape[1])
    for row in prange(x.shape[0]):
        for k in range(x.shape[1]):
            value = _wide(x[row, k]) * wide[0, k] + wide[1, k] + _wide(other[row, k])
            y[row, k] = _narrow(low if value < low else value)  # noqa: FURB136 (NaN stays what it is)


@part
def _bell(z: Any) -> Any:
    """``exp(-z² / 2)``: 2 to an integer, which is an exponent's bits, times 2 to what is left, by its Taylor series."""
    power = max(z * z * np.float32(-0.5 / math.log(2)), np.float32(-126))
    whole = np.int32(power - np.float32(0.5))
    rest = (power - np.float32(whole)) * np.float32(math.log(2))
    series = np.float32(1 / 120) * rest + np.float32(1 / 24)
    series = (series * rest + np.float32(1 / 6)) * rest + np.float32(0.5)
    series = (series * rest + np.float32(1)) * rest + np.float32(1)
    return series * np.uint32((whole + np.int32(127)) << np.int32(23)).view(np.float32)


@part
def _below(z: Any, bell: Any) -> Any:
    """The share of a normal distribution below ``z``, by 7.1.26 of Abramowitz & Stegun 1964: ± 1.5e-7."""
    t = np.float32(1) / (np.float32(1) + np.float32(0.3275911 * math.sqrt(0.5)) * abs(z))
    tail = np.float32(0.5 * 1.061405429) * t - np.float32(0.5 * 1.453152027)
    tail = (tail * t + np.float32(0.5 * 1.421413741)) * t - np.float32(0.5 * 0.284496736)
    tail = (tail * t + np.float32(0.5 * 0.254829592)) * t * bell
    return np.float32(1) - tail if z > np.float32(0) else tail


@compiled
def scaled_and_bent(terms: Floats, x: Bits, y: Bits) -> None:
    """``y = gelu(x · terms[0] + terms[1])``."""
    wide = _repeated(terms, x.shape[1])
    for row in prange(x.shape[0]):
        for k in range(x.shape[1]):
            z = _wide(x[row, k]) * wide[0, k] + wide[1, k]
            y[row, k] = _narrow(z * _below(z, _bell(z)))


@part
def _straighten(wide: Any, slope: Any, x: Any, passed: Any, some: Any) -> None:
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            value = _wide(x[row, k])
            z = value * wide[0, k] + wide[1, k]
            bell = _bell(z)
            back = _wide(slope[row, k]) * (_below(z, bell) + z * bell * np.float32(1 / math.sqrt(2 * math.pi)))
            passed[row, k] = _narrow(back)
            some[0, k] += back
            some[1, k] += back * value


@compiled
def straightened(terms: Floats, slope: Bits, x: Bits, passed: Bits) -> Numbers:
    """``passed``, what the GELU of :func:`scaled_and_bent` lets back, and the sums of it and of ``passed · x``."""
    wide = _repeated(terms, x.shape[1])
    some = np.zeros((-(-x.shape[0] // TOGETHER), 2, x.shape[1]), np.float32)
    for block in prange(some.shape[0]):
        first, last = block * TOGETHER, (block + 1) * TOGETHER
        _straighten(wide, slope[first:last], x[first:last], passed[first:last], some[block])
    found: Numbers = _folded(some, terms.shape[1])
    return found


@part
def _add_slopes(low: Any, wide: Any, slope: Any, x: Any, some: Any) -> None:
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            value, passed = _wide(x[row, k]), _wide(slope[row, k])
            passed = np.float32(0) if value * wide[0, k] + wide[1, k] <= low else passed
            some[0, k] += passed
            some[1, k] += passed * value


@compiled
def slope_sums(least: float, terms: Floats, slope: Bits, x: Bits) -> Numbers:
    """Sum of ``slope`` and of ``slope · x`` of each channel, where :func:`scaled` gave more than ``least``."""
    low, wide = np.float32(least), _repeated(terms, x.shape[1])
    some = np.zeros((-(-x.shape[0] // TOGETHER), 2, x.shape[1]), np.float32)
    for block in prange(some.shape[0]):
        first, last = block * TOGETHER, (block + 1) * TOGETHER
        _add_slopes(low, wide, slope[first:last], x[first:last], some[block])
    found: Numbers = _folded(some, terms.shape[1])
    return found


@part
def _let_through(slope: Any, x: Any, y: Any, passed: Any, some: Any) -> None:
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            bits = slope[row, k]
            bits = bits if np.int16(y[row, k]) > 0 else np.uint16(0)
            passed[row, k] = bits
            some[0, k] += _wide(bits)
            some[1, k] += _wide(bits) * _wide(x[row, k])


@compiled
def let_through(channels: int, slope: Bits, x: Bits, y: Bits, passed: Bits) -> Numbers:
    """``passed``, what a ReLU that answered ``y`` lets back, and the sums of it and of ``passed · x``."""
    some = np.zeros((-(-x.shape[0] // TOGETHER), 2, x.shape[1]), np.float32)
    for block in prange(some.shape[0]):
        first, last = block * TOGETHER, (block + 1) * TOGETHER
        _let_through(slope[first:last], x[first:last], y[first:last], passed[first:last], some[block])
    found: Numbers = _folded(some, channels)
    return found


@compiled
def combined(least: float, terms: Floats, slope: Bits, x: Bits, found: Bits) -> None:
    """``slope · terms[2] + x · terms[3] + terms[4]``, ``slope`` where :func:`scaled` gave more than ``least``."""
    low, wide = np.float32(least), _repeated(terms, x.shape[1])
    for row in prange(x.shape[0]):
        for k in range(x.shape[1]):
            value, passed = _wide(x[row, k]), _wide(slope[row, k])
            passed = np.float32(0) if value * wide[0, k] + wide[1, k] <= low else passed
            found[row, k] = _narrow(passed * wide[2, k] + value * wide[3, k] + wide[4, k])
