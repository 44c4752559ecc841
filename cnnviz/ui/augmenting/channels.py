"""Preprocessing of pictures: numbers per channel from the training set, the picture after it, and its histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.generated import shapes
from cnnviz.data.samples import SAMPLES
from cnnviz.preprocessing.pictures import WAYS, Channels, apply, fit, histogram, shown, span
from cnnviz.ui import cache
from cnnviz.ui.augmenting.controls import Shown
from cnnviz.ui.augmenting.sheets import sheet
from cnnviz.ui.components.curves import Axis, Curve, curves
from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic
from cnnviz.ui.controls import choose

Array = NDArray[np.float64]
TITLE = "Preprocessing: pictures"
SETS = {"shapes": "200 generated shapes", "samples": "the sample pictures", "imagenet": "ImageNet's published numbers"}
IMAGENET = Channels(np.array([0.485, 0.456, 0.406]) * 255, np.array([0.229, 0.224, 0.225]) * 255)
COLOURS = {"red": "#D55E00", "green": "#009E73", "blue": "#0072B2"}


@dataclass(frozen=True)
class Treated:
    """Every way's picture on one sheet, and each way's histogram: its limits, bins and shares."""

    sheet: Sheet
    limits: tuple[tuple[float, float], ...]
    bins: tuple[Array, ...]
    shares: tuple[Array, ...]


def section(on: Shown) -> None:
    """Menus, the picture by every way, and the histogram of one."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        source = choose(
            "Measured on",
            list(SETS),
            key="channels-of",
            default="shapes",
            title=SETS.__getitem__,
            help="The pictures whose mean and deviation are used for all.",
        )
        way = choose(
            "Histogram of",
            list(WAYS),
            key="channels-way",
            default="standardized",
            title=WAYS.__getitem__,
            help="Which of the five pictures is counted in the chart.",
        )
        channels = measured(source)
        st.markdown(reading(source, channels))
    treated = cache.made(lambda: _treat(on, channels), f"channels {on.chosen.key} {source}")
    with main:
        mosaic(treated.sheet, _tiles(treated), label="The picture after each preprocessing", key="channels", narrow=2)
        place = list(WAYS).index(way)
        curves(
            [
                Curve(name, treated.bins[place].tolist(), treated.shares[place][k].tolist(), colour)
                for k, (name, colour) in enumerate(COLOURS.items())
            ],
            x=Axis(f"number in the picture, {WAYS[way]}"),
            y=Axis("share of pixels", low=0.0),
            label=f"Histogram of red, green and blue, {WAYS[way]}",
            key="histogram",
            height=240,
        )
    st.latex(formula(on, channels))


def measured(source: str) -> Channels:
    """Mean and deviation per channel over a training set; measured once, then remembered."""
    if source == "imagenet":
        return IMAGENET
    if source == "samples":
        return cache.made(lambda: fit([cache.sample_picture(name) for name in SAMPLES]), "channels of samples")
    return cache.made(lambda: fit(shapes(200).images), "channels of shapes")


def _treat(on: Shown, channels: Channels) -> Treated:
    values = [apply(on.pixels, channels, way) for way in WAYS]
    limits = [span(way, each) for way, each in zip(WAYS, values, strict=True)]
    pictures = [shown(each, ends) for each, ends in zip(values, limits, strict=True)]
    counted = [histogram(each, ends) for each, ends in zip(values, limits, strict=True)]
    return Treated(
        sheet(pictures, len(pictures), longest=168),
        tuple(limits),
        tuple(b for b, _ in counted),
        tuple(s for _, s in counted),
    )


def _tiles(treated: Treated) -> list[Tile]:
    return [
        Tile(title, f"black {_level(low)}, white {_level(high)}")
        for title, (low, high) in zip(WAYS.values(), treated.limits, strict=True)
    ]


def _level(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def formula(on: Shown, channels: Channels) -> str:
    """The middle pixel, standardized, channel by channel."""
    height, width = on.pixels.shape[:2]
    pixel = [int(level) for level in on.pixels[height // 2, width // 2]]
    parts = [
        rf"\frac{{{level} - {mean:.1f}}}{{{deviation:.1f}}}"
        for level, mean, deviation in zip(pixel, channels.mean, channels.deviation, strict=True)
    ]
    values = (np.array(pixel) - channels.mean) / channels.deviation
    told, joined = r",\ ".join(f"{value:.2f}" for value in values), r",\ ".join(parts)
    return rf"\frac{{x - \mu_c}}{{\sigma_c}}\ \text{{at the middle pixel}} = \left({joined}\right) = ({told})"


def reading(source: str, channels: Channels) -> str:
    """The numbers, and on which pictures they may be measured."""
    mean, deviation = (", ".join(f"{v:.1f}" for v in each) for each in (channels.mean, channels.deviation))
    about = {
        "shapes": "200 training pictures; for validation and test the **same** numbers are used.",
        "samples": "All sample pictures, yours among them if you chose one: this is a **leak**, the picture helped to "
        "measure what it is judged by.",
        "imagenet": "From 1.2 million training pictures: what every torchvision network expects.",
    }[source]
    return (
        f"Red, green, blue\n\nμ = {mean}\n\nσ = {deviation}\n\n{about}\n\nMeasure on the **training set only**. With "
        "validation or test pictures in it, they have told the network something before the exam."
    )
