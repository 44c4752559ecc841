"""Perspective: the picture seen from aside, its corners moved inwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly, yes
from cnnviz.augment.warping import homography, outside, warp
from cnnviz.params import param

Points = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Perspective:
    """Settings of the perspective."""

    strength: float = param(
        0.4, low=0.0, high=0.9, step=0.01, help="Each corner moves inwards by up to this share of half a side."
    )
    fill: int = param(0, low=0, high=255, label="gray outside", help="What comes in around the picture: 0 is black.")


@dataclass(frozen=True)
class Tilted:
    """Where the corners (x, y) go, from upper left clockwise, in pixels; the picture's size; the gray around it."""

    corners: Points
    size: tuple[int, int]
    fill: int


def outline(size: Size) -> Points:
    """The corners (x, y) of a picture, from upper left clockwise."""
    height, width = size
    return (0, 0), (width, 0), (width, height), (0, height)


def draw(settings: Perspective, rng: Random, size: Size) -> Tilted:
    """Two numbers per corner, uniform, in whole pixels."""
    inwards = rng.random((4, 2)) * settings.strength * np.array([size[1], size[0]]) / 2
    sign = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    moved = (np.array(outline(size)) + sign * np.rint(inwards)).astype(int).tolist()
    a, b, c, d = ((int(x), int(y)) for x, y in moved)
    return Tilted((a, b, c, d), size, settings.fill)


def matrix(record: Tilted) -> NDArray[np.float64]:
    """The homography from output pixels back to the picture."""
    start, end = (np.array(each, dtype=np.float64) for each in (outline(record.size), record.corners))
    return homography(start, end)


def apply(picture: Image, record: Tilted) -> Image:
    """Look up every pixel through the homography; bilinear."""
    return warp(picture, matrix(record), record.fill)


def _words(record: Tilted) -> str:
    moved = np.abs(np.array(record.corners) - np.array(outline(record.size))).max(axis=0)
    return f"corners moved inwards by up to {moved[0]}, {moved[1]} px"


def _formula(record: Tilted) -> str:
    h = matrix(record)
    rows = [rf"{h[k, 0]:.3g}u {h[k, 1]:+.3g}v {h[k, 2]:+.3g}" for k in range(2)]
    below = (
        rf"{h[2, 0]:.2e}".replace("e", r"\mathrm{e}") + "u" + rf"{h[2, 1]:+.2e}".replace("e", r"\mathrm{e}") + "v + 1"
    )
    return rf"y(u,v) = x\!\left(\frac{{{rows[0]}}}{{w}},\ \frac{{{rows[1]}}}{{w}}\right),\quad w = {below}"


AUGMENTATIONS.add(
    Augmentation(
        name="perspective",
        title="Perspective",
        summary="Seen from aside: the corners move inwards.",
        reference="Deck D0 and D3; `RandomPerspective` of torchvision",
        family="geometry",
        settings=Perspective,
        draw=draw,
        apply=apply,
        words=_words,
        formula=_formula,
        code=lambda r: (
            f"x = F.perspective(x, {[list(p) for p in outline(r.size)]},\n"
            f"                  {[list(p) for p in r.corners]}{outside(r.fill)})"
        ),
        keeps_label={
            "digits": yes("Slanted writing, or paper seen from aside."),
            "scenes": yes("The same thing from a slightly different place."),
            "signs": yes("Signs are seen from aside all the time."),
            "faces": partly("A little is another camera; a lot is another face."),
            "medical": no("The apparatus always looks straight on; shape and size are what is measured."),
        },
        identity={"strength": 0.0},
        order=80,
    )
)
