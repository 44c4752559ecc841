"""Textured forms: five forms, each striped or checked, so that neither form nor texture alone tells the class.

Place, size, angles, periods, colours, what is behind, what lies about, what lies in front, light and noise are drawn
without a look at the class. From 10,000 pictures a linear classifier (ridge) learns 15 %, the ConvNetJS network 82 to
83 % in ten epochs: the forms first (97 % right in one run), then, more slowly, stripes from checks (85 %).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.generated import OUTLINES, BadCount, Plane
from cnnviz.data.splits import Part

Drawn = NDArray[np.float64]
VERSION = 1  # of the pictures: raise it with every change to what is drawn
SIDE = 32
CHUNK = 128  # pictures worked on at once: their planes stay in the processor's cache
DARK = 0.6  # share of pictures whose ground is the darkest; the others in any order
NUMBERS = 96  # random numbers per picture, taken in turn by what is drawn
FORMS = ("disc", "square", "triangle", "star", "moon")
PATTERNS = ("stripes", "checks")
CLASSES = tuple(f"{pattern} {form}" for form in FORMS for pattern in ("striped", "checked"))
BEHIND = ("plain", "cloudy", "stripes", "checks", "dots")
# of a figure's radius, so that all forms cover about as many pixels
_STRETCH = {"disc": 0.98, "square": 1.0, "triangle": 1.25, "star": 1.3, "moon": 1.15}
_PERIOD = {"stripes": 0.8, "checks": 1.2, "dots": 0.9}  # of the radius that the outline is given


def textures(count: int, *, seed: int = 0) -> Part:
    """``count`` pictures uint8 ``(32, 32, 3)``: every ten in a row hold each class once.

    The same ``seed`` gives the same pictures, and fewer of them are their beginning; for another part take another
    seed. Raises :class:`BadCount` for a negative count.
    """
    if count < 0:
        raise BadCount(f"ask for at least 0 pictures, not {count}")
    numbers, noise, turns = (np.random.Generator(np.random.PCG64([seed, k])) for k in (10, 11, 12))
    labels = np.argsort(turns.random((-(-count // 10), 10)), axis=1, kind="stable").ravel()[:count].astype(np.int64)
    pixels = np.empty((count, SIDE, SIDE, 3), dtype=np.uint8)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        size = part.stop - part.start
        grain = noise.integers(0, 256, (size, SIDE, SIDE, 3), dtype=np.uint8)
        pixels[part] = _painted(iter(numbers.random((size, NUMBERS)).T), labels[part], grain)
    return Part(pixels, labels)


def _painted(draw: Iterator[Drawn], labels: NDArray[np.int64], grain: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Layer upon layer: ground, small things behind, the figure, a bar in front, light, noise."""
    ground, first, second = _colours(draw)
    image = _over(_flat(ground), _behind(draw), _nearby(ground, draw, 75))
    x, y, radius = _place(draw)
    for _ in range(2):
        image = _over(image, _speck(draw), _flat(_nearby(ground, draw, 150)[:, 0, 0]))
    figure = _form(_turned(x, y, next(draw)), radius, labels // len(PATTERNS))
    texture = _texture(_turned(x, y, next(draw)), draw, labels % len(PATTERNS))
    image = _over(image, figure, _over(_flat(first), texture, _flat(second)))
    image = _over(image, _bar(x, y, radius, draw), _nearby(ground, draw, 120))
    image = _lit(image, draw)
    loudness = _column(4 + 36 * next(draw) ** 2)[..., None]
    image = image + (grain.astype(np.float32) - 127.5) * (loudness / 127.5)
    painted: NDArray[np.uint8] = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return painted


def _colours(draw: Iterator[Drawn]) -> tuple[Drawn, Drawn, Drawn]:
    """Colours ``(N, 3)`` of the ground and of the figure's two: a dark, a middle and a light one."""
    places = np.stack([next(draw) for _ in range(3)], axis=1)
    places[:, 0] -= next(draw) < DARK
    order = np.argsort(places, axis=1, kind="stable")
    levels = np.stack([low + span * next(draw) for low, span in ((25, 50), (100, 50), (180, 50))], axis=1)
    levels = np.take_along_axis(levels, np.argsort(order, axis=1), axis=1)
    tints = [np.stack([next(draw) for _ in range(3)], axis=1) * 110 - 55 for _ in range(3)]
    ground, first, second = (levels[:, k, None] + tints[k] for k in range(3))
    return ground, first, second


def _nearby(colour: Drawn, draw: Iterator[Drawn], far: float) -> Plane:
    return _flat(colour + far * (np.stack([next(draw) for _ in range(3)], axis=1) - 0.5))


def _place(draw: Iterator[Drawn]) -> tuple[Plane, Plane, Plane]:
    """Coordinates ``(N, SIDE, SIDE)`` in pixels from the figure's middle, and its radius ``(N, 1, 1)``."""
    radius = 7.5 + 4 * next(draw)
    across, down = (SIDE / 2 + (next(draw) - 0.5) * (0.95 * SIDE - 2 * radius) for _ in range(2))
    x, y = _from(across, down)
    return x, y, _column(radius)


def _from(across: Drawn, down: Drawn) -> tuple[Plane, Plane]:
    at = np.arange(SIDE, dtype=np.float32) + 0.5
    x, y = at[None, None, :] - _column(across), at[None, :, None] - _column(down)
    return np.broadcast_to(x, (len(across), SIDE, SIDE)), np.broadcast_to(y, (len(across), SIDE, SIDE))


def _turned(x: Plane, y: Plane, turn: Drawn) -> tuple[Plane, Plane]:
    # a table of whole steps: the last digit of a cosine differs between processors
    c, s = (_column(np.round(f(2 * np.pi * turn) * 4096) / 4096) for f in (np.cos, np.sin))
    return c * x + s * y, c * y - s * x


def _form(frame: tuple[Plane, Plane], radius: Plane, which: NDArray[np.int64]) -> Plane:
    return _each(which, [_outline(name, _STRETCH[name]) for name in FORMS], *frame, radius)


def _texture(frame: tuple[Plane, Plane], draw: Iterator[Drawn], which: NDArray[np.int64]) -> Plane:
    finest = np.where(which == 0, 5.0, 7.0)  # pixels; checks need two cells in a period
    period = _column(finest * (1 + 0.6 * next(draw)))
    moved = frame[0] + period * _column(next(draw)), frame[1] + period * _column(next(draw))
    return _each(which, [_outline(name, 1 / _PERIOD[name]) for name in PATTERNS], *moved, period)


def _behind(draw: Iterator[Drawn]) -> Plane:
    """How much of the ground's second colour is where: nothing, clouds, or a pattern of its own."""
    kinds = np.minimum(next(draw) * len(BEHIND), len(BEHIND) - 1).astype(np.int64)
    x, y = _from(SIDE * next(draw), SIDE * next(draw))
    period = _column(4 + 6 * next(draw))
    u, v = _turned(x, y, next(draw))
    cloud = _clouds(draw)
    patterns = [_outline(name, 1 / _PERIOD[name]) for name in BEHIND[2:]]
    cover = _each(kinds - 2, patterns, u, v, period)
    cover[kinds == 1] = cloud[kinds == 1]
    return cover


def _clouds(draw: Iterator[Drawn]) -> Plane:
    """Sixteen random levels, blended from one to the next."""
    coarse = np.stack([next(draw) for _ in range(16)], axis=1).reshape(-1, 4, 4).astype(np.float32)
    at = np.linspace(0, 3, SIDE, dtype=np.float32)
    low = np.minimum(at.astype(int), 2)
    part = at - low
    rows = coarse[:, low] * (1 - part)[:, None] + coarse[:, low + 1] * part[:, None]
    blended: Plane = rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part
    return blended


def _speck(draw: Iterator[Drawn]) -> Plane:
    """A small disc anywhere."""
    x, y = _from(SIDE * next(draw), SIDE * next(draw))
    return OUTLINES["disc"](x, y, _column(1.5 + 2.5 * next(draw)))


def _bar(x: Plane, y: Plane, radius: Plane, draw: Iterator[Drawn]) -> Plane:
    """A bar across the figure, in front of two of three."""
    u, _ = _turned(x, y, next(draw))
    half = 0.8 + 1.2 * next(draw)
    there = next(draw) < 2 / 3
    offset = radius * _column(1.4 * (next(draw) - 0.5))
    return np.clip(_column(half + 0.5) - np.abs(u - offset), 0, 1) * _column(there.astype(np.float64))


def _lit(image: Plane, draw: Iterator[Drawn]) -> Plane:
    """Brighter to one side."""
    ramp = np.linspace(-1, 1, SIDE, dtype=np.float32)
    across, down = (_column(70 * (next(draw) - 0.5)) for _ in range(2))
    return image + (across * ramp + down * ramp[:, None])[..., None]


def _outline(name: str, scale: float) -> Callable[[Plane, Plane, Plane], Plane]:
    return lambda u, v, r: OUTLINES[name](u, v, r * np.float32(scale))


def _each(which: NDArray[np.int64], outlines: list[Callable[..., Plane]], *planes: Plane) -> Plane:
    """Cover ``(N, SIDE, SIDE)`` of picture i by outline ``which[i]``; nothing where that is negative."""
    cover = np.zeros((len(which), SIDE, SIDE), dtype=np.float32)
    for k, outline in enumerate(outlines):
        mine = np.flatnonzero(which == k)
        if len(mine):
            cover[mine] = outline(*(plane[mine] for plane in planes))
    return cover


def _over(image: Plane, cover: Plane, colour: Plane) -> Plane:
    return image + cover[..., None] * (colour - image)


def _flat(colour: Plane) -> Plane:
    return colour.astype(np.float32)[:, None, None, :]


def _column(values: Drawn) -> Plane:
    return values.astype(np.float32)[:, None, None]
