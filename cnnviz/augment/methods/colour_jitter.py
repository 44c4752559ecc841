"""Colour jitter: brightness, contrast, saturation and hue change a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, signed, yes
from cnnviz.params import param

Levels = NDArray[np.float32]
LUMA = np.array([0.2989, 0.587, 0.114], dtype=np.float32)  # torchvision's weights of red, green and blue


@dataclass(frozen=True)
class ColourJitter:
    """Settings of the colour jitter."""

    brightness: float = param(0.3, low=0.0, high=1.0, step=0.01, help="Times 1 − this to 1 + this.")
    contrast: float = param(0.3, low=0.0, high=1.0, step=0.01, help="Distance from the mean gray, times 1 ± this.")
    saturation: float = param(0.3, low=0.0, high=1.0, step=0.01, help="Distance from gray, times 1 ± this.")
    hue: float = param(15.0, low=0.0, high=180.0, step=1.0, label="hue, °", help="Around the colour circle, ± this.")


@dataclass(frozen=True)
class Jittered:
    """Three factors, applied in this order, and last the turn of the colour circle in degrees."""

    brightness: float
    contrast: float
    saturation: float
    hue: float


def draw(settings: ColourJitter, rng: Random, _size: Size) -> Jittered:
    """Four numbers, uniform about no change. torchvision's ``ColorJitter`` also shuffles the order."""
    limits = (settings.brightness, settings.contrast, settings.saturation)
    factors = [round(1 + limit * rng.uniform(-1, 1), 3) for limit in limits]
    return Jittered(factors[0], factors[1], factors[2], round(settings.hue * rng.uniform(-1, 1), 1))


def apply(picture: Image, record: Jittered) -> Image:
    """Brightness, contrast, saturation, hue: in this order, in 8 bits between them, as torchvision does."""
    if record.brightness != 1:
        picture = _each_level(picture, 0.0, record.brightness)
    if record.contrast != 1:
        picture = _each_level(picture, float(gray(picture).mean()), record.contrast)
    if record.saturation != 1:
        weight = np.float32(record.saturation)
        picture = _levels(weight * picture + (1 - weight) * gray(picture)[..., None])
    return shift_hue(picture, record.hue) if record.hue else np.array(picture)


def shift_hue(picture: Image, degrees: float) -> Image:
    """Turn every colour by ``degrees`` on the circle red, yellow, green, cyan, blue, magenta."""
    import cv2

    colours = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)  # hue 0…360, the others 0…1
    colours[..., 0] = (colours[..., 0] + degrees) % 360
    back = cv2.cvtColor(colours, cv2.COLOR_HSV2RGB)
    return np.asarray(back * np.float32(255.999), dtype=np.float32).clip(0, 255).astype(np.uint8)


def gray(picture: Image) -> Image:
    """The weighted mean of red, green and blue, rounded down as torchvision does. ``(H, W)``."""
    import cv2

    mixed = cv2.transform(picture.astype(np.float32), LUMA[None])
    return np.asarray(mixed, dtype=np.float32).astype(np.uint8)


def _each_level(picture: Image, middle: float, factor: float) -> Image:
    """Distance from ``middle`` times ``factor``: what becomes of each of the 256 levels is looked up."""
    import cv2

    weight = np.float32(factor)
    table = _levels(weight * np.arange(256, dtype=np.float32) + (1 - weight) * np.float32(middle))
    return np.asarray(cv2.LUT(picture, table), dtype=np.uint8)


def _levels(values: Levels) -> Image:
    return np.clip(values, 0, 255).astype(np.uint8)


def _words(r: Jittered) -> str:
    parts = f"light ×{r.brightness:.2f}, contrast ×{r.contrast:.2f}, saturation ×{r.saturation:.2f}"
    return f"{parts}, hue {signed(r.hue)}°"


def _formula(r: Jittered) -> str:
    return (
        rf"\begin{{aligned}}x &\leftarrow {r.brightness:g}\,x\\ x &\leftarrow {r.contrast:g}\,x {1 - r.contrast:+.3g}"
        rf"\,\bar g\\ x &\leftarrow {r.saturation:g}\,x {1 - r.saturation:+.3g}\,g\\ h &\leftarrow h {r.hue:+g}^\circ"
        r"\end{aligned}\quad g = 0.299R + 0.587G + 0.114B"
    )


AUGMENTATIONS.add(
    Augmentation(
        name="colour-jitter",
        title="Colour jitter",
        summary="Brightness, contrast, saturation and hue change a little.",
        reference="Howard 2013, https://arxiv.org/abs/1312.5402; decks D2 and D3",
        family="colour",
        settings=ColourJitter,
        draw=draw,
        apply=apply,
        words=_words,
        formula=_formula,
        code=lambda r: (
            f"x = F.adjust_brightness(x, {r.brightness})\nx = F.adjust_contrast(x, {r.contrast})\n"
            f"x = F.adjust_saturation(x, {r.saturation})\nx = F.adjust_hue(x, {r.hue} / 360)"
        ),
        keeps_label={
            "digits": yes("Ink and paper differ; a digit stays a digit."),
            "scenes": yes("Weather and cameras differ."),
            "signs": partly("Brightness yes; turn the hue and a red sign becomes a green one."),
            "faces": partly("Other light, the same face; but leave the hue alone: nobody is green."),
            "medical": partly("Brightness and contrast a little: gray levels are measurements."),
        },
        identity={"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0},
        order=140,
    )
)
