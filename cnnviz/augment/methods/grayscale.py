"""Grayscale: colour is taken away from some pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.methods.colour_jitter import gray
from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly, yes
from cnnviz.params import param


@dataclass(frozen=True)
class Grayscale:
    """Settings of grayscale."""

    share: float = param(0.5, low=0.0, high=1.0, step=0.05, label="share made gray", help="How many pictures are.")


@dataclass(frozen=True)
class Grayed:
    """Whether the colour was taken away."""

    gray: bool


def draw(settings: Grayscale, rng: Random, _size: Size) -> Grayed:
    """Toss the coin."""
    return Grayed(bool(rng.random() < settings.share))


def apply(picture: Image, record: Grayed) -> Image:
    """All three channels become the weighted mean of them."""
    if not record.gray:
        return picture.copy()
    return np.repeat(gray(picture)[..., None], 3, axis=2)


AUGMENTATIONS.add(
    Augmentation(
        name="grayscale",
        title="Grayscale",
        summary="Colour is taken away from some pictures.",
        reference="Chen et al. 2020 (SimCLR), https://arxiv.org/abs/2002.05709",
        family="colour",
        settings=Grayscale,
        draw=draw,
        apply=apply,
        words=lambda record: "made gray" if record.gray else "colour kept",
        formula=lambda record: "y = 0.299R + 0.587G + 0.114B" if record.gray else "y = x",
        code=lambda record: "x = F.rgb_to_grayscale(x, num_output_channels=3)" if record.gray else "",
        keeps_label={
            "digits": yes("A digit has no colour."),
            "scenes": yes("A gray cat is a cat; the network must look at shapes."),
            "signs": no("Colour is half of what a sign says: red forbids, blue orders."),
            "faces": yes("A black-and-white photo of the same person."),
            "medical": partly("X-rays are gray already; a stained slide loses its evidence."),
        },
        identity={"share": 0.0},
        order=160,
    )
)
