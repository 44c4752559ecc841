"""Zoom: larger or smaller about the centre."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.augment.warping import about_centre, outside, warp
from cnnviz.params import param


@dataclass(frozen=True)
class Zoom:
    """Settings of the zoom."""

    out: float = param(0.8, low=0.3, high=1.0, step=0.01, label="smallest size", help="0.5 shows it half as large.")
    into: float = param(1.4, low=1.0, high=3.0, step=0.01, label="largest size", help="2 shows it twice as large.")
    fill: int = param(0, low=0, high=255, label="gray outside", help="What comes in around a smaller picture.")


@dataclass(frozen=True)
class Scaled:
    """How many times as large, and the gray level around a smaller picture."""

    factor: float
    fill: int


def draw(settings: Zoom, rng: Random, _size: Size) -> Scaled:
    """Log-uniform: twice as large is as likely as half as large."""
    factor = math.exp(rng.uniform(math.log(settings.out), math.log(settings.into)))
    return Scaled(round(factor, 3), settings.fill)


def apply(picture: Image, record: Scaled) -> Image:
    """Enlarge about the centre; bilinear."""
    return warp(picture, about_centre(np.eye(2) / record.factor, picture.shape[:2]), record.fill)


AUGMENTATIONS.add(
    Augmentation(
        name="zoom",
        title="Zoom",
        summary="Larger or smaller about the centre.",
        reference="Deck D2, “rotation, translation, zoom/crop, flips, color perturbation”",
        family="geometry",
        settings=Zoom,
        draw=draw,
        apply=apply,
        words=lambda record: f"{record.factor:.2f} times as large",
        formula=lambda r: rf"y(p) = x\!\left(c + \tfrac{{p-c}}{{{r.factor:g}}}\right)",
        code=lambda r: (
            f"x = F.affine(x, angle=0, translate=[0, 0], scale={r.factor}, shear=[0, 0],\n"
            f"             interpolation=F.InterpolationMode.BILINEAR{outside(r.fill)})"
        ),
        keeps_label={
            "digits": yes("People write large and small; too large and strokes leave the picture."),
            "scenes": yes("Nearer or farther, the same object."),
            "signs": yes("The car comes nearer, the sign grows."),
            "faces": yes("Nearer or farther, the same person."),
            "medical": partly("Size can be the finding: an enlarged heart is measured against the chest."),
        },
        identity={"out": 1.0, "into": 1.0},
        order=70,
    )
)
