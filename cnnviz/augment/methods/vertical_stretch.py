"""Vertical stretch: taller about the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.augment.warping import about_centre, warp
from cnnviz.params import param


@dataclass(frozen=True)
class VerticalStretch:
    """Settings of the vertical stretch."""

    factor: float = param(
        1.5, low=1.0, high=3.0, step=0.01, label="taller by up to", help="2 makes everything twice as high."
    )


@dataclass(frozen=True)
class Stretched:
    """How many times as high."""

    factor: float


def draw(settings: VerticalStretch, rng: Random, _size: Size) -> Stretched:
    """Uniform between 1 and the limit."""
    return Stretched(round(rng.uniform(1.0, settings.factor), 3))


def apply(picture: Image, record: Stretched) -> Image:
    """Enlarge one side about the centre; what leaves the picture is lost."""
    return warp(picture, about_centre(np.diag([1.0, 1 / record.factor]), picture.shape[:2]))


def _code(record: Stretched) -> str:
    return f"""height, width = x.shape[-2:]
dy = height * ({record.factor} - 1) / 2
end = [[0, -dy], [width, -dy], [width, height + dy], [0, height + dy]]
x = F.perspective(x, [[0, 0], [width, 0], [width, height], [0, height]], end)"""


AUGMENTATIONS.add(
    Augmentation(
        name="vertical-stretch",
        title="Vertical stretch",
        summary="Everything becomes taller, about the centre.",
        reference="Deck D0; Wu et al. 2015, Fig. 4, https://arxiv.org/abs/1501.02876",
        family="geometry",
        settings=VerticalStretch,
        draw=draw,
        apply=apply,
        words=lambda record: f"{record.factor:.2f} times as high",
        formula=lambda r: rf"y(u,v) = x\!\left(u,\ c_v + \tfrac{{v-c_v}}{{{r.factor:g}}}\right)",
        code=_code,
        keeps_label={
            "digits": yes("Some people write tall digits."),
            "scenes": yes("A taller cat is a cat."),
            "signs": partly("A little, as seen from aside; a round sign becomes an ellipse."),
            "faces": partly("A little is fine; a lot makes another person."),
            "medical": partly("Proportions are measured: heart against chest. Keep it small."),
        },
        identity={"factor": 1.0},
        order=120,
    )
)
