"""Two pictures, two labels: mixup and cutmix of the picture above and a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.augment.mixing import alike, cutmix, draw_cutmix, draw_mixup, mixup
from cnnviz.data.samples import SAMPLES
from cnnviz.params import param
from cnnviz.ui import cache
from cnnviz.ui.augmenting.controls import Shown
from cnnviz.ui.augmenting.sheets import Image, sheet
from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic
from cnnviz.ui.controls import choose, controls

TITLE = "Two pictures, two labels"
DRAWS = 3  # of each kind


@dataclass(frozen=True)
class Mixing:
    """How the share is drawn."""

    alpha: float = param(
        1.0,
        low=0.1,
        high=4.0,
        step=0.1,
        label="share drawn with α",
        help="1: any share; less: mostly one; more: half, half.",
    )
    seed: int = param(8, low=0, high=99, label="seed of the mix", help="The same seed draws the same shares.")


@dataclass(frozen=True)
class Mixtures:
    """The sheet, and per tile the share of the first picture."""

    sheet: Sheet
    shares: tuple[float, ...]


def section(shown: Shown) -> None:
    """The second picture, three draws of each, and the label that comes of it."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        second = choose(
            "Second picture", list(SAMPLES), key="mix-with", default="shapes", title=lambda n: SAMPLES[n].title
        )
        mixing = controls(Mixing, key="mix")
    name = f"mix {shown.chosen.key} {second} {mixing}"
    made = cache.made(lambda: _make(shown.pixels, cache.sample_picture(second), mixing), name)
    with main:
        mosaic(made.sheet, tiles(made.shares), label="Mixup and cutmix of two pictures", key="mixing", narrow=2)
        st.latex(formula(made.shares[1], mixing.alpha))
        st.markdown(
            "These change the label **on purpose**: the network is to answer with both classes, each by its share. "
            "Cutmix keeps every pixel natural; its share is the area that is left. *(Zhang et al. 2018, "
            "[mixup](https://arxiv.org/abs/1710.09412); Yun et al. 2019, [cutmix](https://arxiv.org/abs/1905.04899))*"
        )


def _make(first: Image, other: Image, mixing: Mixing) -> Mixtures:
    second = alike(other, first.shape[:2])
    rng = np.random.default_rng(mixing.seed)
    pictures, shares = [first], [1.0]
    for _ in range(DRAWS):
        record = draw_mixup(mixing.alpha, rng)
        pictures.append(mixup(first, second, record))
        shares.append(record.share)
    pictures.append(second)
    shares.append(0.0)
    for _ in range(DRAWS):
        cut = draw_cutmix(mixing.alpha, rng, first.shape[:2])
        pictures.append(cutmix(first, second, cut))
        shares.append(cut.share)
    return Mixtures(sheet(pictures, DRAWS + 1, longest=192), tuple(shares))


def formula(share: float, alpha: float) -> str:
    """Mixup's pixels and label with the share that was drawn."""
    rest = 1 - share
    pixels, label = (rf"{share:.2f}\,{letter}_A + {rest:.2f}\,{letter}_B" for letter in "xt")
    drawn = rf"\lambda \sim \mathrm{{Beta}}({alpha:g}, {alpha:g})"
    return rf"\text{{mixup 1:}}\quad y = {pixels},\quad t = {label},\quad {drawn}"


def tiles(shares: tuple[float, ...]) -> list[Tile]:
    """The two pictures and what became of them."""
    found = []
    for k, share in enumerate(shares):
        kind, place = ("mixup", k) if k <= DRAWS else ("cutmix", k - DRAWS - 1)
        if place == 0:
            found.append(Tile("picture A" if k == 0 else "picture B", "label A" if k == 0 else "label B"))
        else:
            found.append(Tile(f"{kind} {place}", f"{share:.0%} label A, {1 - share:.0%} label B"))
    return found
