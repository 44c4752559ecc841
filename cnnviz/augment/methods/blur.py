"""Gaussian blur: out of focus by a random amount."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly, yes
from cnnviz.params import param


@dataclass(frozen=True)
class Blur:
    """Settings of the blur."""

    spread: float = param(
        1.0,
        low=0.0,
        high=5.0,
        step=0.05,
        label="blur by up to, % of the side",
        help="σ of the bell, of the longer side.",
    )


@dataclass(frozen=True)
class Blurred:
    """The bell's σ in pixels, and how many pixels of it are used: 3σ to both sides."""

    sigma: float
    taps: int


def draw(settings: Blur, rng: Random, size: Size) -> Blurred:
    """Uniform between nothing and the limit; less than a tenth of a pixel is none."""
    sigma = round(rng.uniform(0, settings.spread / 100) * max(size), 2)
    return Blurred(sigma, 2 * math.ceil(3 * sigma) + 1) if sigma >= 0.1 else Blurred(0.0, 1)


def apply(picture: Image, record: Blurred) -> Image:
    """Convolve rows, then columns, mirrored at the border."""
    if record.taps == 1:
        return picture.copy()
    import cv2

    offsets = np.arange(record.taps) - record.taps // 2
    bell = np.exp(-0.5 * (offsets / record.sigma) ** 2).astype(np.float32)
    bell /= bell.sum()
    blurred = cv2.sepFilter2D(picture.astype(np.float32), -1, bell, bell, borderType=cv2.BORDER_REFLECT_101)
    return np.clip(np.rint(blurred), 0, 255).astype(np.uint8)


AUGMENTATIONS.add(
    Augmentation(
        name="blur",
        title="Gaussian blur",
        summary="Out of focus by a random amount.",
        reference="Chen et al. 2020 (SimCLR), https://arxiv.org/abs/2002.05709",
        family="colour",
        settings=Blur,
        draw=draw,
        apply=apply,
        words=lambda record: f"blurred, σ = {record.sigma:.2f} px" if record.sigma else "sharp",
        formula=lambda r: (
            rf"y = x * \mathcal G,\quad \mathcal G_k \propto e^{{-k^2 / (2\cdot{r.sigma:g}^2)}}" if r.sigma else "y = x"
        ),
        code=lambda r: f"x = F.gaussian_blur(x, [{r.taps}, {r.taps}], [{r.sigma}, {r.sigma}])" if r.sigma else "",
        keeps_label={
            "digits": yes("A thick pen, a poor scan."),
            "scenes": yes("Out of focus; too much at 32×32 leaves nothing."),
            "signs": partly("Moving cars blur; 60 and 80 must stay apart."),
            "faces": partly("A little; who it is lies in fine detail."),
            "medical": no("Fine structure is the finding: hairline fractures vanish."),
        },
        identity={"spread": 0.0},
        order=170,
    )
)
