"""CAM: which pixels made the network say that?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

if TYPE_CHECKING:
    from cnnviz.cam import Explanation, Guess
    from cnnviz.models import Network
    from cnnviz.ui.pictures import Chosen

LECTURE = Lecture(
    title="CAM: where does the network look?",
    section="Looking inside",
    order=40,
    icon=":material/center_focus_strong:",
    question="Upload a photo. Which pixels made the network say that?",
    summary="Class activation maps on your own photo: any class, two side by side, with the sum behind every pixel.",
    references=(
        Reference("Zhou et al. 2016 (CAM)", "https://arxiv.org/abs/1512.04150"),
        Reference("Selvaraju et al. 2017 (Grad-CAM)", "https://arxiv.org/abs/1610.02391"),
        Reference("Draelos & Carin 2020 (HiRes-CAM)", "https://arxiv.org/abs/2011.08891"),
        Reference("Fu et al. 2020 (XGrad-CAM)", "https://arxiv.org/abs/2008.02312"),
        Reference("Deck D2, “CAM with GAP and softmax weights”"),
    ),
    pictures=(
        Picture("cam-cat.webp", "A cat, and where it is", "Heat map over a cat's face", {"picture": "cat"}),
        Picture(
            "cam-cat-as-dog.webp",
            "What in it speaks for dog?",
            "Another heat map over the same cat",
            {"picture": "cat", "class": "dog"},
        ),
        Picture(
            "cam-motorcycle.webp", "A motorbike: the wheels", "Heat map over a motorbike", {"picture": "motorcycle"}
        ),
        Picture("cam-coins.webp", "Coins, taken for golf balls", "Heat map over rows of coins", {"picture": "coins"}),
    ),
)


def render() -> None:
    """Picture, network and classes left; method and layer over the maps; formula and downloads below."""
    side, main = body()
    with side:
        chosen = ui.pictures.choose_picture()
    with main, st.skeleton(height=480), side:
        name = ui.networks.choose_network(help="What looks at the picture.")
    with main:
        if not ui.networks.ready(name):
            return
    network = ui.cache.network(name)
    top = ui.cam.explaining.top_classes(network, chosen)
    with side:
        target = ui.cam.explaining.choose_class(network, top)
    with main:
        first, second = choose_maps(network, chosen, top, target=target)
        draw(network, chosen, [first, second] if second else [first])
        ui.cam.reading.strip(network, chosen, first)


def choose_maps(
    network: Network, chosen: Chosen, top: tuple[Guess, ...], *, target: int
) -> tuple[Explanation, Explanation | None]:
    """Layer and method of the first map, and what it is compared with."""
    depth = "Early layers see edges, late ones see things."
    with st.container(horizontal=True):
        layer = ui.controls.menu("Layer", ui.cam.explaining.layers(network), key="layer", help=depth)
        method = ui.controls.menu("Method", ui.cam.explaining.methods(network, layer), key="method", default="cam")
        first = ui.cam.explaining.explain(network, chosen, method=method, target=target, layer=layer)
        return first, ui.cam.explaining.compare(network, chosen, first, top)


def draw(network: Network, chosen: Chosen, maps: list[Explanation]) -> None:
    """The picture with one panel per map."""
    ui.cam.explaining.verdict(network, chosen, maps[0])
    ui.heatmap.heatmaps(
        [ui.cam.explaining.panel(network, each) for each in maps],
        ui.cache.shown(chosen.pixels, chosen.key),
        size=(chosen.pixels.shape[0], chosen.pixels.shape[1]),
        view=ui.cam.explaining.view(),
        key="heat",
        on_view=ui.cam.explaining.keep_view,
    )


if __name__ == "__main__":
    run(LECTURE, render)
