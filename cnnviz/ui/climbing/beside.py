"""Beside the climbed image: pictures that really make it fire. Whether the image tells the truth, only they can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.data.images import fit_shorter_side
from cnnviz.data.samples import SAMPLES
from cnnviz.ui import cache
from cnnviz.ui.augmenting.sheets import sheet
from cnnviz.ui.climbing.asking import Asked
from cnnviz.ui.climbing.terms import Chosen
from cnnviz.ui.components.mosaic import Tile, mosaic
from cnnviz.ui.features.patches import strip_of
from cnnviz.ui.live import Draw, live

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.inspections.patches import Patched
    from cnnviz.models import Network

BEST, SIDE, ACROSS = 6, 112, 2


def panel(asked: Asked) -> None:
    """The pictures that raise the first term: of a channel the best patches of a data set, of a class whole samples."""
    first = asked.first
    st.markdown("**What really makes it fire**")
    if first.number >= 0:
        patches(asked.network, first)
    elif first.name:
        samples(asked.network, first)
    else:
        st.markdown("Choose a channel, a unit or a class: then real pictures that raise it stand here.")


def patches(network: Network, first: Chosen) -> None:
    """The best patches for one channel, searched when asked for and then kept."""
    from cnnviz.inspections.patches import Patches

    settings = Patches(network=network.name, layer=first.layer, unit=first.number)
    st.markdown(f"[All maps of this layer](filters?network={network.name}&layer={first.layer}&unit={first.number})")
    live("patches", settings, key="climb-patches", draw=drawing(first.number), label="Find them")


def drawing(unit: int) -> Draw:
    """How the patches of a channel are drawn, the best first, with its answer to each."""

    def draw(events: tuple[Patched, ...], finished: bool) -> None:  # noqa: FBT001 (as live() calls it)
        found = next((event for event in reversed(events) if event.sheet), None)
        if found is None:
            return
        strip_of(found.sheet, found.scores, key="climb-patches-strip", unit=unit, columns=3)
        if finished:
            st.caption(f"Its answers to patches of {found.told}.")

    return draw


def samples(network: Network, first: Chosen) -> None:
    """The sample pictures with the highest logit of a class."""
    target = network.index(first.name)
    scores = logits(network)[:, target]
    best = np.argsort(-scores)[:BEST]
    names = [list(SAMPLES)[k] for k in best]
    mosaic(
        cache.made(lambda: sheet([square(name) for name in names], ACROSS), f"best samples {' '.join(names)}"),
        [
            Tile(SAMPLES[name].title, f"{scores[k] + 0.0:.1f}".replace("-", "\N{MINUS SIGN}"))
            for name, k in zip(names, best, strict=True)
        ],
        label=f"Sample pictures with the highest logit of {first.said}, the best first.",
        key="climb-samples",
        narrow=3,
    )
    st.caption(f"The logit of {first.said} for the best of {len(scores)} sample pictures.")


def logits(network: Network) -> NDArray[np.float32]:
    """Logits ``(samples, classes)`` of the sample pictures, one pass each; about 0.4 s, then remembered."""

    def run() -> NDArray[np.float32]:
        import torch

        rows = []
        for name in SAMPLES:
            images = network.prepare(cache.sample_picture(name))
            with network.lock, torch.inference_mode():
                rows.append(network.model(images)[0].numpy())
        return np.stack(rows)

    return cache.made(run, f"logits of the samples, {network.name}")


def square(name: str) -> NDArray[np.uint8]:
    """The middle of a sample picture, ``(SIDE, SIDE, 3)``."""
    picture = fit_shorter_side(cache.sample_picture(name), SIDE)
    top, left = (picture.shape[0] - SIDE) // 2, (picture.shape[1] - SIDE) // 2
    return picture[top : top + SIDE, left : left + SIDE]
