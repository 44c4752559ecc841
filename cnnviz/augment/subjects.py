"""What labels are at stake: drawn by arithmetic, one picture per kind of data; uint8 ``(side, side, 3)``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.augment.registry import Image

SIDE = 160
_FINE = 4  # drawn so many times larger, then averaged: no jagged edges
Point = tuple[float, float]


def subject(kind: str) -> Image:
    """A picture of the ``kind`` of :data:`cnnviz.augment.KINDS`."""
    return _DRAW[kind]().copy()


@cache
def six() -> Image:
    """A handwritten 6: turned by 180° it is a 9."""
    arc = [(0.5 + 0.17 * np.cos(t), 0.62 + 0.17 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)]
    stem = [(0.33 + 0.24 * (1 - np.cos(t)), 0.62 - 0.44 * np.sin(t)) for t in np.linspace(0, 1.45, 20)]
    return _strokes([arc, stem])


@cache
def sign() -> Image:
    """The blue round sign that orders to turn left ahead: mirrored it orders the opposite."""
    canvas = _canvas((158, 178, 196))
    _disc(canvas, (0.5, 0.5), 0.42, (255, 255, 255))
    _disc(canvas, (0.5, 0.5), 0.39, (0, 84, 166))
    white = (255, 255, 255)
    _polygon(canvas, [(0.56, 0.76), (0.66, 0.76), (0.66, 0.43), (0.44, 0.43), (0.44, 0.53), (0.56, 0.53)], white)
    _polygon(canvas, [(0.21, 0.48), (0.46, 0.29), (0.46, 0.67)], white)
    return _small(canvas)


@cache
def scene() -> Image:
    """A red car on a road under a sky: upside down nobody has seen one."""
    canvas = _canvas((150, 196, 232))
    _polygon(canvas, [(0, 0.55), (1, 0.55), (1, 1), (0, 1)], (112, 132, 84))
    _polygon(canvas, [(0, 0.68), (1, 0.68), (1, 0.94), (0, 0.94)], (92, 92, 96))
    _disc(canvas, (0.83, 0.16), 0.09, (255, 224, 110))
    red = (200, 44, 40)
    _polygon(
        canvas, [(0.14, 0.58), (0.3, 0.56), (0.4, 0.42), (0.68, 0.42), (0.8, 0.56), (0.88, 0.6), (0.88, 0.74)], red
    )
    _polygon(canvas, [(0.14, 0.58), (0.88, 0.6), (0.88, 0.74), (0.12, 0.74)], red)
    _polygon(canvas, [(0.36, 0.56), (0.43, 0.46), (0.53, 0.46), (0.53, 0.56)], (214, 232, 244))
    _polygon(canvas, [(0.56, 0.56), (0.56, 0.46), (0.66, 0.46), (0.74, 0.56)], (214, 232, 244))
    for x in (0.29, 0.72):
        _disc(canvas, (x, 0.75), 0.085, (28, 28, 30))
        _disc(canvas, (x, 0.75), 0.038, (190, 190, 194))
    return _small(canvas)


@cache
def face() -> Image:
    """A drawn face with a parting on one side."""
    canvas = _canvas((206, 214, 222))
    _polygon(canvas, [(0.2, 1), (0.3, 0.84), (0.7, 0.84), (0.8, 1)], (56, 92, 140))
    _ellipse(canvas, (0.5, 0.42), (0.31, 0.34), (84, 54, 34))
    _ellipse(canvas, (0.5, 0.53), (0.25, 0.34), (232, 190, 160))
    _polygon(canvas, [(0.24, 0.42), (0.3, 0.22), (0.62, 0.2), (0.4, 0.4)], (84, 54, 34))
    for x in (0.4, 0.6):
        _ellipse(canvas, (x, 0.5), (0.05, 0.03), (255, 255, 255))
        _disc(canvas, (x, 0.5), 0.025, (60, 42, 30))
    _polygon(canvas, [(0.5, 0.52), (0.46, 0.64), (0.54, 0.64)], (210, 160, 130))
    _ellipse(canvas, (0.5, 0.74), (0.1, 0.03), (176, 70, 70))
    return _small(canvas)


@cache
def chest() -> Image:
    """A drawn chest X-ray: the heart's shadow lies to the viewer's right, the patient's left."""
    canvas = _canvas((18, 18, 20))
    _ellipse(canvas, (0.5, 0.6), (0.44, 0.52), (112, 112, 114))
    for x in (0.31, 0.69):
        _ellipse(canvas, (x, 0.52), (0.15, 0.33), (42, 42, 44))
    for k in range(6):
        for x in (0.31, 0.69):
            _ellipse(canvas, (x, 0.3 + 0.085 * k), (0.15 - 0.012 * abs(k - 3), 0.011), (82, 82, 84))
    _polygon(canvas, [(0.46, 0), (0.54, 0), (0.54, 1), (0.46, 1)], (168, 168, 170))
    _ellipse(canvas, (0.6, 0.64), (0.15, 0.17), (190, 190, 192))
    _ellipse(canvas, (0.5, 1.02), (0.46, 0.2), (150, 150, 152))
    return _small(canvas)


_DRAW = {"digits": six, "scenes": scene, "signs": sign, "faces": face, "medical": chest}


def _canvas(colour: tuple[int, int, int]) -> Image:
    return np.full((SIDE * _FINE, SIDE * _FINE, 3), colour, dtype=np.uint8)


def _pixels(points: Sequence[Point]) -> NDArray[np.int32]:
    return np.asarray(np.rint(np.array(points) * SIDE * _FINE), dtype=np.int32)


def _polygon(canvas: Image, points: Sequence[Point], colour: tuple[int, int, int]) -> None:
    import cv2

    cv2.fillPoly(canvas, [_pixels(points)], colour)


def _disc(canvas: Image, centre: Point, radius: float, colour: tuple[int, int, int]) -> None:
    _ellipse(canvas, centre, (radius, radius), colour)


def _ellipse(canvas: Image, centre: Point, radii: Point, colour: tuple[int, int, int]) -> None:
    angles = np.linspace(0, 2 * np.pi, 90)
    points = np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], axis=1)
    _polygon(canvas, [(float(x), float(y)) for x, y in points], colour)


def _strokes(lines: Sequence[Sequence[Point]]) -> Image:
    """White lines on black, as MNIST has them."""
    import cv2

    canvas = _canvas((0, 0, 0))
    for line in lines:
        cv2.polylines(canvas, [_pixels(line)], False, (255, 255, 255), thickness=round(0.085 * SIDE * _FINE))
    return _small(canvas)


def _small(canvas: Image) -> Image:
    import cv2

    return np.asarray(cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)
