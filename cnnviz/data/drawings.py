"""Pictures drawn by arithmetic, each made to show one thing about convolution; uint8 ``(H, W, 3)``, always the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Plane = NDArray[np.float64]

SIDE = 320
# A "5" as pen strokes in a unit square, x to the right and y down.
_FIVE = (
    ((0.68, 0.20), (0.52, 0.21), (0.37, 0.21)),
    ((0.37, 0.21), (0.355, 0.33), (0.34, 0.45)),
    ((0.34, 0.45), (0.45, 0.41), (0.56, 0.42), (0.65, 0.48), (0.69, 0.58)),
    ((0.69, 0.58), (0.66, 0.69), (0.57, 0.77), (0.45, 0.80), (0.33, 0.77)),
)


def shapes() -> Image:
    """A disc, a square and a triangle in three colours before stripes: colour, corner and edge detectors differ."""
    x, y = _grid()
    stripes = 205 + 25 * _smooth(np.sin(2 * np.pi * (x + y) * 14) * 0.05)
    image = np.repeat(stripes[..., None], 3, axis=2)
    triangle = np.minimum(0.9 - y, 0.6 * (y - 0.55) - np.abs(x - 0.5))
    image = _over(image, 0.17 - np.hypot(x - 0.28, y - 0.3), (213, 94, 0))
    image = _over(image, 0.15 - np.maximum(np.abs(x - 0.72), np.abs(y - 0.3)), (0, 114, 178))
    return _picture(_over(image, triangle, (0, 158, 115)))


def chessboard() -> Image:
    """Squares, and rings that get finer outwards (a zone plate): what pooling and strides make of fine detail."""
    x, y = _grid()
    squares = (np.floor(x * 16) + np.floor(y * 16)) % 2
    rings = 0.5 + 0.5 * np.cos(np.pi * 130 * ((x - 0.5) ** 2 + (y - 0.75) ** 2))
    return _gray(255 * np.where(y < 0.5, squares, rings))


def digit() -> Image:
    """A five as if written with a thick pen, white on black like MNIST."""
    x, y = _grid()
    lines = [(a, b) for stroke in _FIVE for a, b in pairwise(stroke)]
    distance = np.minimum.reduce([_to_line(x, y, a, b) for a, b in lines])
    return _gray(255 * _smooth(0.045 - distance))


def gabor() -> Image:
    """Sixteen waves under a Gaussian, four directions by four frequencies: what first-layer filters answer to."""
    x, y = _grid()
    column, row = np.floor(x * 4), np.floor(y * 4)
    u, v = (x * 4) % 1 - 0.5, (y * 4) % 1 - 0.5
    angle, frequency = column * np.pi / 4, 2 * 1.5**row
    wave = np.cos(2 * np.pi * frequency * (u * np.cos(angle) + v * np.sin(angle)))
    return _gray(127.5 + 127.5 * wave * np.exp(-(u**2 + v**2) / (2 * 0.17**2)))


def edges() -> Image:
    """A step, a ramp, a thin line, a thick line and a dot: the signals on which one kernel can be followed by eye."""
    x, y = _grid()
    image = np.where(y < 0.3, np.where(x < 0.5, 40.0, 215.0), 40.0)
    image = np.where((y >= 0.3) & (y < 0.6), 40 + 175 * np.clip((x - 0.2) / 0.6, 0, 1), image)
    low = y >= 0.6
    image = np.where(low & (np.abs(x - 0.2) < 0.5 / SIDE), 255, image)
    image = np.where(low & (np.abs(x - 0.45) < 0.025), 255, image)
    return _gray(np.where(np.hypot(x - 0.75, y - 0.8) < 0.06, 255, image))


def _grid() -> tuple[Plane, Plane]:
    """Coordinates x and y of the pixels' centres in the unit square."""
    middles = (np.arange(SIDE) + 0.5) / SIDE
    return np.broadcast_to(middles, (SIDE, SIDE)), np.broadcast_to(middles[:, None], (SIDE, SIDE))


def _smooth(inside: Plane) -> Plane:
    """Coverage 0..1 from a distance that is positive inside: edges one pixel soft, so that none is jagged."""
    covered: Plane = np.clip(inside * SIDE + 0.5, 0, 1)
    return covered


def _over(image: Plane, inside: Plane, colour: tuple[int, int, int]) -> Plane:
    cover = _smooth(inside)[..., None]
    return image * (1 - cover) + np.array(colour) * cover


def _to_line(x: Plane, y: Plane, start: tuple[float, float], end: tuple[float, float]) -> Plane:
    """Distance of each pixel from the line between two points."""
    along = np.subtract(end, start)
    part = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along), 0, 1)
    distance: Plane = np.hypot(x - start[0] - part * along[0], y - start[1] - part * along[1])
    return distance


def _gray(plane: Plane) -> Image:
    return _picture(np.repeat(plane[..., None], 3, axis=2))


def _picture(levels: Plane) -> Image:
    return np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
