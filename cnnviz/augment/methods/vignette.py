"""Vignette: darker towards the corners, as through a simple lens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.augment.warping import radius
from cnnviz.params import param


@dataclass(frozen=True)
class Vignette:
    """Settings of the vignette."""

    strength: float = param(
        0.8, low=0.0, high=1.0, step=0.01, label="darken corners by up to", help="1 makes the corners black."
    )


@dataclass(frozen=True)
class Darkened:
    """How much of the light is missing in the corners."""

    strength: float


def draw(settings: Vignette, rng: Random, _size: Size) -> Darkened:
    """Uniform between a quarter of the limit and the limit: less is hardly seen."""
    return Darkened(round(settings.strength * rng.uniform(0.25, 1.0), 3))


def apply(picture: Image, record: Darkened) -> Image:
    """Times 1 − strength · r², with r = 1 in the corners."""
    light = 1 - np.float32(record.strength) * radius(picture.shape[:2])
    return np.rint(picture * light[..., None]).astype(np.uint8)


def _code(record: Darkened) -> str:
    return f"""height, width = x.shape[-2:]
v, u = torch.meshgrid(torch.arange(height) + 0.5 - height / 2, torch.arange(width) + 0.5 - width / 2, indexing="ij")
squared = (u**2 + v**2) / ((width / 2) ** 2 + (height / 2) ** 2)
x = (x * (1 - {record.strength} * squared)).round().to(torch.uint8)"""


AUGMENTATIONS.add(
    Augmentation(
        name="vignette",
        title="Vignette",
        summary="Darker towards the corners.",
        reference="Wu et al. 2015, Fig. 4, https://arxiv.org/abs/1501.02876",
        family="colour",
        settings=Vignette,
        draw=draw,
        apply=apply,
        words=lambda record: f"corners {record.strength:.0%} darker",
        formula=lambda r: rf"y = x\,(1 - {r.strength:g}\,r^2),\quad r = 1\ \text{{in the corners}}",
        code=_code,
        keeps_label={
            "digits": yes("The paper is darker at the rim; the digit is not changed."),
            "scenes": yes("Another lens."),
            "signs": yes("Another lens, or dusk."),
            "faces": yes("Another lens."),
            "medical": partly("A little; what lies in the corners must stay visible."),
        },
        identity={"strength": 0.0},
        order=150,
    )
)
