"""Points of the plane in two classes, drawn from a seed: moons, circles, spirals, blobs. Numpy only, no download."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Points = tuple[NDArray[np.float64], NDArray[np.int64]]
_Shape = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


class BadPoints(ValueError):
    """A set of points that cannot be drawn or split; the message says what to choose instead."""


def _moons(along: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two half circles of radius 1 that reach into each other, centred and scaled to fit in ±1."""
    angle, sign = np.pi * along, np.where(labels == 0, 1.0, -1.0)
    x, y = sign * np.cos(angle) - 0.5 * sign, sign * np.sin(angle) - 0.25 * sign
    return np.stack([x, y], axis=1) / 1.5


def _circles(along: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """A ring of radius 0.9 around one of radius 0.4."""
    angle, radius = 2 * np.pi * along, np.where(labels == 0, 0.9, 0.4)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _spirals(along: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two arms of 1.25 turns, half a turn apart; the square root spreads the points evenly along an arm."""
    radius = 0.1 + 0.9 * np.sqrt(along)
    angle = 2.5 * np.pi * radius + np.pi * labels
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _blobs(along: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two centres, 1 apart; with a noise of s the best possible rule errs with probability Φ(−1 / 2s)."""
    side = np.where(labels == 0, -0.5, 0.5)
    return np.stack([side * 0.8, side * 0.6], axis=1) + 0.0 * along[:, None]


_SHAPES: dict[str, _Shape] = {"moons": _moons, "circles": _circles, "spirals": _spirals, "blobs": _blobs}
KINDS: tuple[str, ...] = tuple(_SHAPES)


def points(kind: str, count: int, *, noise: float, seed: int) -> Points:
    """``count`` points in two classes of equal size (±1), in random order: ``(xy, labels)``.

    ``kind`` is one of :data:`KINDS`. xy is float64 ``(N, 2)``, without noise inside ±1; labels are int64 ``(N,)``, 0 or
    1. ``noise`` is the standard deviation, in the same unit, of the normal noise on both coordinates. Equal arguments
    give equal points. Raises :class:`BadPoints` for an unknown kind, a count below 2 or a negative noise.
    """
    if kind not in _SHAPES:
        raise BadPoints(f"there are no points called {kind!r}; choose one of {', '.join(KINDS)}")
    if count < 2 or not noise >= 0:
        raise BadPoints("points come in two classes: ask for at least 2, and for a noise of 0 or more")
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count, dtype=np.int64) % 2)
    clean = _SHAPES[kind](random.uniform(size=count), labels)
    return clean + noise * random.normal(size=(count, 2)), labels


def split(
    xy: NDArray[np.float64], labels: NDArray[np.int64], *, shares: Sequence[float], seed: int
) -> tuple[Points, ...]:
    """Deal the points at random into parts that do not overlap, of sizes in the proportion of ``shares``.

    ``shares=(0.6, 0.2, 0.2)`` gives training, validation and test; every point lands in exactly one part. Sizes are
    rounded so that they sum to N. Raises :class:`BadPoints` if a share is not positive or a part would stay empty.
    """
    if not shares or min(shares) <= 0:
        raise BadPoints("every part of a split needs a share above 0")
    ends = np.rint(np.cumsum(shares) / np.sum(shares) * len(xy)).astype(int)
    parts = np.split(np.random.default_rng(seed).permutation(len(xy)), ends[:-1])
    if any(len(part) == 0 for part in parts):
        raise BadPoints(f"{len(xy)} points are too few for {len(shares)} parts; draw more points or fewer parts")
    return tuple((xy[part], labels[part]) for part in parts)
