"""Rotation about the centre."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, signed
from cnnviz.augment.warping import about_centre, outside, warp
from cnnviz.params import param


@dataclass(frozen=True)
class Rotation:
    """Settings of the rotation."""

    degrees: float = param(20.0, low=0.0, high=180.0, step=1.0, label="turn by up to, °", help="To either side.")
    fill: int = param(0, low=0, high=255, label="gray outside", help="What comes in at the corners: 0 is black.")


@dataclass(frozen=True)
class Turned:
    """The angle in degrees, counter-clockwise, and the gray level of what comes from outside."""

    degrees: float
    fill: int


def draw(settings: Rotation, rng: Random, _size: Size) -> Turned:
    """An angle, uniform between both limits."""
    return Turned(round(rng.uniform(-settings.degrees, settings.degrees), 1), settings.fill)


def apply(picture: Image, record: Turned) -> Image:
    """Each output pixel looks up the place it came from, turned back; bilinear."""
    angle = math.radians(record.degrees)
    back = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return warp(picture, about_centre(back, picture.shape[:2]), record.fill)


def _formula(record: Turned) -> str:
    angle = math.radians(record.degrees)
    c, s = math.cos(angle), math.sin(angle)
    rows = rf"{c:.3f} & {-s:.3f}\\ {s:.3f} & {c:.3f}"
    return rf"y(p) = x\!\left(c + \begin{{pmatrix}}{rows}\end{{pmatrix}}(p - c)\right)"


AUGMENTATIONS.add(
    Augmentation(
        name="rotation",
        title="Rotation",
        summary="Turned about the centre.",
        reference="Deck D0 and D2; Simard et al. 2003, https://doi.org/10.1109/ICDAR.2003.1227801",
        family="geometry",
        settings=Rotation,
        draw=draw,
        apply=apply,
        words=lambda record: f"turned by {signed(record.degrees, 1)}°",
        formula=_formula,
        code=lambda r: f"x = F.rotate(x, {r.degrees}, interpolation=F.InterpolationMode.BILINEAR{outside(r.fill)})",
        keeps_label={
            "digits": partly("Up to some 20° as people write; at 180° a 6 is a 9."),
            "scenes": partly("A few degrees, as a camera is held; nothing drives on walls."),
            "signs": partly("A bent post gives a few degrees; at 90° the arrow ahead points aside."),
            "faces": partly("People tilt their heads, by less than some 30°."),
            "medical": partly("Patients stand a little askew; pathology slides may be turned at will."),
        },
        identity={"degrees": 0.0},
        order=50,
    )
)
