"""Resized crop: a window of random area and shape becomes the whole picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly
from cnnviz.params import param

TRIES = 10


@dataclass(frozen=True)
class ResizedCrop:
    """Settings of the resized crop; GoogLeNet's are 8 % to 100 % of the area and aspect ratios of 3/4 to 4/3."""

    area: float = param(
        0.35, low=0.05, high=1.0, step=0.01, label="smallest part kept", help="The window's area is between this and 1."
    )
    aspect: float = param(
        1.33, low=1.0, high=2.0, step=0.01, label="stretch at most", help="The window's shape against the picture's."
    )


@dataclass(frozen=True)
class Window:
    """Where the window begins, its size, and the picture's size that it is enlarged to."""

    top: int
    left: int
    height: int
    width: int
    size: tuple[int, int]


def draw(settings: ResizedCrop, rng: Random, size: Size) -> Window:
    """Area uniform, aspect ratio log-uniform about the picture's own; ten tries to fit, then the whole picture."""
    bend = math.log(settings.aspect)
    for _ in range(TRIES):
        area, aspect = rng.uniform(settings.area, 1.0), math.exp(rng.uniform(-bend, bend))
        top, left = rng.random(), rng.random()
        height, width = size[0] * math.sqrt(area / aspect), size[1] * math.sqrt(area * aspect)
        rows, columns = max(1, round(height)), max(1, round(width))
        if rows <= size[0] and columns <= size[1]:
            free = (size[0] - rows + 1, size[1] - columns + 1)
            return Window(int(top * free[0]), int(left * free[1]), rows, columns, size)
    return Window(0, 0, *size, size)


def apply(picture: Image, record: Window) -> Image:
    """Cut and enlarge, bilinear. Szegedy et al. 2015, §6; as ``RandomResizedCrop``."""
    import cv2

    window = picture[record.top : record.top + record.height, record.left : record.left + record.width]
    resized = cv2.resize(window, record.size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.array(resized, dtype=np.uint8)


def _words(record: Window) -> str:
    share = record.height * record.width / (record.size[0] * record.size[1])
    return f"{share:.0%} kept, {record.width}×{record.height} px at ({record.left}, {record.top})"


AUGMENTATIONS.add(
    Augmentation(
        name="resized-crop",
        title="Resized crop",
        summary="A window of random area and shape is enlarged to the whole picture.",
        reference="Szegedy et al. 2015 (GoogLeNet), §6, https://arxiv.org/abs/1409.4842",
        family="geometry",
        settings=ResizedCrop,
        draw=draw,
        apply=apply,
        words=_words,
        formula=lambda r: (
            rf"y(u,v) = x\!\left({r.left}+u\tfrac{{{r.width}}}{{{r.size[1]}}},\ "
            rf"{r.top}+v\tfrac{{{r.height}}}{{{r.size[0]}}}\right)"
        ),
        code=lambda r: f"x = F.resized_crop(x, {r.top}, {r.left}, {r.height}, {r.width}, {list(r.size)})",
        keeps_label={
            "digits": no("Half of an 8 is a 3, the lower part of a 9 a 1."),
            "scenes": partly("The standard for ImageNet; a small window may show only grass where the label says dog."),
            "signs": partly("A large part is fine; a small one loses the digit of a speed limit."),
            "faces": partly("A large part is fine; a cheek alone tells nobody's name."),
            "medical": no("A window without the finding still carries its label; and size is evidence here."),
        },
        identity={"area": 1.0, "aspect": 1.0},
        order=40,
    )
)
