"""Pincushion distortion: straight lines bend inwards, as through a long lens."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.methods.barrel import lens_code
from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.augment.warping import bend
from cnnviz.params import param


@dataclass(frozen=True)
class Pincushion:
    """Settings of the pincushion distortion."""

    strength: float = param(
        0.25, low=0.0, high=0.33, step=0.01, label="pinch by up to", help="−k of the lens formula; below 1/3."
    )


@dataclass(frozen=True)
class Pinched:
    """The coefficient k ≤ 0 of the lens."""

    k: float


def draw(settings: Pincushion, rng: Random, _size: Size) -> Pinched:
    """Uniform between nothing and the limit."""
    return Pinched(round(-rng.uniform(0, settings.strength), 3))


def apply(picture: Image, record: Pinched) -> Image:
    """Bend with a negative coefficient: the corners are pulled out of the picture."""
    return bend(picture, record.k)


AUGMENTATIONS.add(
    Augmentation(
        name="pincushion",
        title="Pincushion distortion",
        summary="Straight lines bend inwards, as through a long lens.",
        reference="Wu et al. 2015, Fig. 4, https://arxiv.org/abs/1501.02876; Brown 1966",
        family="geometry",
        settings=Pincushion,
        draw=draw,
        apply=apply,
        words=lambda record: f"pinched, k = −{abs(record.k):.2f}",
        formula=lambda r: rf"r_{{in}} = r\,(1 - {abs(r.k):g}\,r^2),\quad r = 1\ \text{{in the corners}}",
        code=lambda record: lens_code(record.k),
        keeps_label={
            "digits": yes("Strokes bend as pens do."),
            "scenes": yes("Another lens."),
            "signs": yes("Another lens; the symbol stays readable."),
            "faces": partly("A little is another lens; a lot is another face."),
            "medical": partly("Shape is evidence: keep it within what the apparatus does."),
        },
        identity={"strength": 0.0},
        order=100,
    )
)
