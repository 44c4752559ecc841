"""The kernels of image processing, each the smallest array that does one thing to a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Shape:
    """What a kernel can be told: its side in cells, and for a Gabor kernel the direction and length of its waves.

    ``orientation`` is the direction across the stripes, in degrees from the x axis towards the y axis, which points
    down; ``wavelength`` is in cells.
    """

    side: int = 3
    orientation: float = 0.0
    wavelength: float = 4.0


@dataclass(frozen=True)
class Kernel:
    """A kernel by ``name``; ``make`` draws it."""

    name: str
    title: str
    summary: str
    make: Callable[[Shape], Array]
    reference: str = ""


def kernel(name: str, shape: Shape | None = None) -> Array:
    """The kernel ``name`` as float64 ``(side, side)``, to be slid as it stands (cross-correlation).

    >>> kernel("sobel-x").tolist()
    [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    """
    made: Array = np.asarray(KERNELS[name].make(shape or Shape()), dtype=np.float64)
    return made


def identity(shape: Shape) -> Array:
    """1 in the middle, 0 elsewhere: the picture comes back."""
    plane = np.zeros((shape.side, shape.side))
    plane[shape.side // 2, shape.side // 2] = 1
    return plane


def box(shape: Shape) -> Array:
    """Every cell 1 / side²: the mean of the window."""
    return np.full((shape.side, shape.side), 1 / shape.side**2)


def gaussian(shape: Shape) -> Array:
    """A bell with σ = 0.3((side − 1)/2 − 1) + 0.8, OpenCV's rule, scaled to the sum 1."""
    at = np.arange(shape.side) - (shape.side - 1) / 2
    sigma = 0.3 * ((shape.side - 1) * 0.5 - 1) + 0.8
    bell = np.exp(-(at**2) / (2 * sigma**2))
    bell /= bell.sum()
    return np.outer(bell, bell)


def gabor(shape: Shape) -> Array:
    """cos(2πu/λ) · exp(−(u² + v²)/(2σ²)) with σ = side / 5, less its mean, so that a flat picture gives 0."""
    at = np.arange(shape.side) - (shape.side - 1) / 2
    angle = np.deg2rad(shape.orientation)
    across = at[None, :] * np.cos(angle) + at[:, None] * np.sin(angle)
    bell = np.exp(-(at[None, :] ** 2 + at[:, None] ** 2) / (2 * (shape.side / 5) ** 2))
    wave: Array = bell * np.cos(2 * np.pi * across / shape.wavelength)
    flat: Array = wave - bell * wave.sum() / bell.sum()
    return flat


def _fixed(*rows: tuple[float, ...]) -> Callable[[Shape], Array]:
    return lambda _: np.array(rows)


_ALL = (
    Kernel("identity", "Identity", "Copies the middle of the window: the picture comes back.", identity),
    Kernel("box", "Box blur", "The mean of the window.", box),
    Kernel("gaussian", "Gaussian blur", "A mean that counts the middle most.", gaussian),
    Kernel(
        "sharpen",
        "Sharpen",
        "The picture plus its Laplacian: what differs from its neighbours is raised. Sum 1.",
        _fixed((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ),
    Kernel(
        "sobel-x",
        "Sobel, across",
        "Right minus left: positive where the picture gets brighter to the right. Sum 0.",
        _fixed((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        reference="Sobel & Feldman 1968",
    ),
    Kernel(
        "sobel-y",
        "Sobel, down",
        "Below minus above: positive where the picture gets brighter downwards. Sum 0.",
        _fixed((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        reference="Sobel & Feldman 1968",
    ),
    Kernel(
        "laplacian",
        "Laplacian",
        "The four neighbours minus four times the middle: the second derivative. Sum 0.",
        _fixed((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    ),
    Kernel(
        "outline",
        "Outline",
        "Eight times the middle minus all neighbours: only edges are left. Sum 0.",
        _fixed((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    ),
    Kernel(
        "emboss",
        "Emboss",
        "Lower right minus upper left over the picture itself: as if lit from one corner. Sum 1.",
        _fixed((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    ),
    Kernel(
        "gabor",
        "Gabor",
        "A wave under a bell: answers to stripes of one direction and width. Sum 0.",
        gabor,
        reference="Gabor 1946; Daugman 1985",
    ),
)

#: The kernels by name, in the order in which they are offered.
KERNELS: Mapping[str, Kernel] = MappingProxyType({each.name: each for each in _ALL})
