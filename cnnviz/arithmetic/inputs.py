"""Inputs small enough to follow by eye: the deck's matrix, a ramp, a digit, dice; always the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DECK = (((0, 80, 40), (20, 40, 0), (0, 0, 40)), ((0, 0.25), (0.5, 1)))  # D1: input and kernel
DECK_LINE = (((5, 10, 3),), ((3, -2, -1),))  # D4, with the 3 that its slide lost
WEIGHTS = (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2)


@dataclass(frozen=True)
class Source:
    """Where an input comes from, by ``name``. The deck's and your own have a size of their own."""

    name: str
    title: str
    summary: str
    reference: str = ""


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        each.name: each
        for each in (
            Source("deck", "The deck's numbers", "The worked example of deck D1, in 1-D that of D4."),
            Source("dice", "Random digits", "Whole numbers from 0 to 9, drawn with the seed."),
            Source("ramp", "Ramp", "0, 1, 2, … from the upper left: derivatives of it are constant."),
            Source("five", "Written five", "A five drawn with a thick pen, 0 to 9 for black to white."),
            Source("impulse", "One 1", "A single 1 among zeros: the output shows the kernel itself."),
            Source("photo", "Sample picture", "The chosen sample picture, shrunk; values from 0 to 9."),
            Source("own", "Your own numbers", "Type them under More, or write into a cell."),
        )
    }
)


def source(name: str, size: Sequence[int], *, seed: int = 0) -> Array:
    """The input ``name`` as float64 of shape ``size`` (C, H, W); a photo is :func:`shrunk` instead.

    Further channels of *five* and *ramp* are mirrored left to right or top to bottom, so that they differ.
    """
    channels, height, width = size
    if name == "deck":
        return np.array([(DECK_LINE if height == 1 else DECK)[0]], dtype=np.float64)
    if name == "dice":
        return np.random.default_rng(seed).integers(0, 10, (channels, height, width)).astype(np.float64)
    plane = np.zeros((height, width))
    if name == "ramp":
        plane += np.arange(height)[:, None] + np.arange(width)
    elif name == "impulse":
        plane[height // 2, width // 2] = 1
    elif name == "five":
        from cnnviz.data.drawings import digit

        plane = shrunk(digit()[..., :1], (height, width))[0]
    turns = (plane, plane[:, ::-1], plane[::-1], plane[::-1, ::-1])
    return np.stack([turns[c % 4] for c in range(channels)])


def weights(shape: Sequence[int], *, seed: int = 0) -> Array:
    """Random weights that are easy to add: halves from −2 to 2."""
    return np.random.default_rng(seed).choice(WEIGHTS, tuple(shape)).astype(np.float64)


def shrunk(pixels: NDArray[np.uint8], size: Sequence[int]) -> Array:
    """uint8 ``(H, W, C)`` as whole numbers 0…9 of shape ``(C, *size)``: the middle square, averaged over its tiles.

    A height of 1 gives the middle row.
    """
    rows, columns = size
    side = min(pixels.shape[:2])
    top, left = ((have - side) // 2 for have in pixels.shape[:2])
    square = pixels[top : top + side, left : left + side].astype(np.float64)
    if rows == 1:
        square = square[side // 2 : side // 2 + max(1, side // columns)]
    for axis, cells in enumerate((rows, columns)):
        starts = np.arange(cells) * square.shape[axis] // cells
        lengths = np.maximum(1, np.diff([*starts, square.shape[axis]]))  # a tile has at least one pixel
        total = np.add.reduceat(square, starts, axis=axis)
        square = total / lengths.reshape([-1 if a == axis else 1 for a in range(3)])
    return np.rint(square * 9 / 255).transpose(2, 0, 1)
