"""Translation: the picture moves, and what moves out is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, signed, yes
from cnnviz.augment.warping import about_centre, outside, warp
from cnnviz.params import param


@dataclass(frozen=True)
class Translation:
    """Settings of the translation."""

    across: float = param(15.0, low=0.0, high=50.0, step=0.5, label="across by up to, %", help="Of the width.")
    down: float = param(15.0, low=0.0, high=50.0, step=0.5, label="down by up to, %", help="Of the height; up as well.")
    fill: int = param(0, low=0, high=255, label="gray outside", help="What comes in at the edges: 0 is black.")


@dataclass(frozen=True)
class Moved:
    """Whole pixels to the right and down, and the gray level of what comes in."""

    right: int
    down: int
    fill: int


def draw(settings: Translation, rng: Random, size: Size) -> Moved:
    """Each direction uniform between both limits, in whole pixels."""
    across, down = rng.uniform(-settings.across, settings.across), rng.uniform(-settings.down, settings.down)
    return Moved(round(size[1] * across / 100), round(size[0] * down / 100), settings.fill)


def apply(picture: Image, record: Moved) -> Image:
    """Move by whole pixels."""
    shift = (float(record.right), float(record.down))
    return warp(picture, about_centre(np.eye(2), picture.shape[:2], shift), record.fill)


AUGMENTATIONS.add(
    Augmentation(
        name="translation",
        title="Translation",
        summary="The picture moves; what moves out is lost.",
        reference="Deck D2; ConvNetJS moves CIFAR-10 by up to 2 pixels, https://cs.stanford.edu/people/karpathy/convnetjs",
        family="geometry",
        settings=Translation,
        draw=draw,
        apply=apply,
        words=lambda r: f"moved by {signed(r.right)}, {signed(r.down)} px",
        formula=lambda r: rf"y(u,v) = x(u {-r.right:+d},\ v {-r.down:+d})",
        code=lambda r: (
            f"x = F.affine(x, angle=0, translate=[{r.right}, {r.down}], scale=1, shear=[0, 0]{outside(r.fill)})"
        ),
        keeps_label={
            "digits": yes("The same digit elsewhere, as long as no stroke leaves the picture."),
            "scenes": yes("Objects may stand anywhere."),
            "signs": yes("The sign may hang anywhere."),
            "faces": yes("The face may be anywhere, as long as it stays inside."),
            "medical": partly("Fine while the organ stays inside the picture."),
        },
        identity={"across": 0.0, "down": 0.0},
        order=60,
    )
)
