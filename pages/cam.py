"""CAM: which pixels made the network say that?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

if TYPE_CHECKING:
    from cnnviz.cam import Explanation, Guess
    from cnnviz.models import Network
    from cnnviz.ui.components.heatmap import Depth
    from cnnviz.ui.pictures import Chosen

LECTURE = Lecture(
    title="CAM: where does the network look?",
    section="Looking inside",
    order=40,
    icon=":material/center_focus_strong:",
    question="Upload a photo. Which pixels made the network say that?",
    summary="Class activation maps on your own photo: nine methods, any class and layer, the sum behind every pixel, "
    "and whether to trust it.",
    references=(
        Reference("Zhou et al. 2016 (CAM)", "https://arxiv.org/abs/1512.04150"),
        Reference("Selvaraju et al. 2017 (Grad-CAM)", "https://arxiv.org/abs/1610.02391"),
        Reference("Draelos & Carin 2020 (HiRes-CAM)", "https://arxiv.org/abs/2011.08891"),
        Reference("Fu et al. 2020 (XGrad-CAM)", "https://arxiv.org/abs/2008.02312"),
        Reference("Chattopadhay et al. 2018 (Grad-CAM++)", "https://arxiv.org/abs/1710.11063"),
        Reference("Jiang et al. 2021 (Layer-CAM)", "https://doi.org/10.1109/TIP.2021.3089943"),
        Reference("Muhammad & Yeasin 2020 (Eigen-CAM)", "https://arxiv.org/abs/2008.00299"),
        Reference("Wang et al. 2020 (Score-CAM)", "https://arxiv.org/abs/1910.01279"),
        Reference("Desai & Ramaswamy 2020 (Ablation-CAM)", "https://doi.org/10.1109/WACV45572.2020.9093360"),
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
    """Picture, network and classes left; method and layer over the maps; below them a closer look, then the strip."""
    with ui.presets.presets(ui.cam.examples.EXAMPLES):
        explained()


def explained() -> None:
    """The page inside its examples."""
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
        first = figure(network, chosen, top, target=target)
        told = st.container()
        ui.cam.sections.section(network, chosen, first, top)
        with told:  # only now is it known which example is on screen
            ui.presets.note(ui.cam.examples.EXAMPLES)
        ui.cam.reading.strip(network, chosen, first)


def figure(network: Network, chosen: Chosen, top: tuple[Guess, ...], *, target: int) -> Explanation:
    """Layer and method of the first map, what it is compared with, and the maps; returns the first one."""
    part = ui.cam.explaining
    depth = "Early layers see edges, late ones see things."
    with st.container(horizontal=True):
        layer = ui.controls.menu("Layer", part.layers(network), key="layer", help=depth)
        method = ui.controls.menu("Method", part.methods(network, layer), key="method", default="cam")
        slow = ui.cam.gathering.is_slow(network, method, layer)
        if not slow:
            first = part.explain(network, chosen, method=method, target=target, layer=layer)
            second = part.compare(network, chosen, first, top)
    if slow:
        return ui.cam.slow.watch(
            network, chosen, method=method, layer=layer, target=target, draw=partial(draw, network, chosen)
        )
    part.verdict(network, chosen, first)
    draw(network, chosen, [first, second] if second else [first], depth=part.depth(network, layer))
    return first


def draw(network: Network, chosen: Chosen, maps: Sequence[Explanation], *, depth: Depth | None = None) -> None:
    """The picture with one panel per map."""
    ui.heatmap.heatmaps(
        [ui.cam.explaining.panel(network, each) for each in maps],
        ui.cache.shown(chosen.pixels, chosen.key),
        size=(chosen.pixels.shape[0], chosen.pixels.shape[1]),
        view=ui.cam.explaining.view(),
        key="heat",
        on_view=ui.cam.explaining.keep_view,
        depth=depth,
    )


if __name__ == "__main__":
    run(LECTURE, render)
