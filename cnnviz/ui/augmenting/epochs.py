"""What the network sees in three epochs: training pictures change each time, validation pictures never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.augment import compose
from cnnviz.data.generated import shapes
from cnnviz.params import param
from cnnviz.ui import cache
from cnnviz.ui.augmenting.controls import Shown
from cnnviz.ui.augmenting.sheets import sheet
from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic
from cnnviz.ui.controls import controls

TRAINING, VALIDATION, EPOCHS, PIXELS = 5, 2, 3, 72
TITLE = "The epoch does not grow"


@dataclass(frozen=True)
class Epochs:
    """How large a data set is, and how often it is gone through."""

    thousands: int = param(50, low=1, high=100, label="training pictures, thousands", help="CIFAR-10 has 50.")
    epochs: int = param(90, low=1, high=300, label="epochs", help="How often every picture comes up.")


def section(shown: Shown) -> None:
    """The sheet of three epochs, and the numbers of pictures seen."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        counts = controls(Epochs, key="epoch")
        st.markdown(reading(counts))
    with right:
        made = cache.made(lambda: _sheet(shown), f"epochs {shown.steps}")
        mosaic(
            made, _tiles(), label="Three epochs of five training and two validation pictures", key="epochs", narrow=7
        )


def _sheet(shown: Shown) -> Sheet:
    images = cache.made(lambda: shapes(TRAINING + VALIDATION, size=PIXELS).images, "pictures of epochs")
    rows = []
    for epoch in range(EPOCHS):
        for k, image in enumerate(images):
            rng = np.random.default_rng([epoch, k])
            rows.append(image if k >= TRAINING else compose(shown.steps, image, rng)[0])
    return sheet(rows, len(images))


def _tiles() -> list[Tile]:
    return [
        Tile(f"epoch {epoch + 1}", "training" if k < TRAINING else "validation", mark="" if k < TRAINING else "still")
        for epoch in range(EPOCHS)
        for k in range(TRAINING + VALIDATION)
    ]


def reading(counts: Epochs) -> str:
    """The deck's sentence with its numbers."""
    pictures = counts.thousands * 1000
    return (
        f"An epoch stays **{pictures:,}** pictures long: augmentation changes pictures, it adds none. After "
        f"{counts.epochs} epochs the network has seen {pictures * counts.epochs:,}, hardly two of them alike, made "
        f"from the same {pictures:,}. *(Deck D3, “Insights”)*\n\nThe last two columns are validation: measured on "
        "pictures as they are, or two epochs could not be compared."
    )
