"""Filters and feature maps: what each unit looks for, and what it finds in a photo."""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Filters and feature maps",
    section="Looking inside",
    order=10,
    icon=":material/grid_view:",
    question="What does each filter look for, and what does it find in this photo?",
    summary="Kernels and maps of any layer on your own photo, one unit enlarged, its best patches, who answers most.",
    references=(
        Reference("Krizhevsky et al. 2012 (first kernels)", "https://doi.org/10.1145/3065386"),
        Reference("Zeiler & Fergus 2014 (best patches)", "https://arxiv.org/abs/1311.2901"),
        Reference("Yosinski et al. 2015", "https://arxiv.org/abs/1506.06579"),
        Reference("Decks D2, “Kernels”, “Representations” and “filter activation statistics”; D3, 96 filters"),
    ),
    pictures=(
        Picture("filters-maps.webp", "32 filters look at a cat", "Small maps of a cat's face, red and blue", {}),
        Picture("filters-kernels.webp", "What they look for", "Kernels in colour", {"map-show": "kernels"}),
        Picture(
            "filters-unit.webp",
            "One late unit on the photo",
            "A cat with the map of one unit over it",
            {"layer": "stage4", "unit": "28", "map-order": "contribution"},
        ),
    ),
)


def render() -> None:
    """Picture, network and layer left; all units and one of them right; below, the numbers, patches and winners."""
    with ui.presets.presets(ui.features.examples.EXAMPLES):
        side, main = body()
        with side:
            chosen = ui.pictures.choose_picture()
        with main, st.skeleton(height=480), side:
            name = ui.networks.choose_network(help="Whose filters.")
        with main:
            if not ui.networks.ready(name):
                return
        network = ui.cache.network(name)
        with side:
            layer = ui.features.choosing.choose_layer(network)
        maps = ui.features.showing.answered(network, chosen, layer)
        number = ui.features.choosing.choose_unit(maps)
        view = ui.features.choosing.view(list(ui.features.showing.orders_of(maps)))
        with main:
            ui.features.showing.draw(network, chosen, maps, number=number, view=view)
            ui.presets.note(ui.features.examples.EXAMPLES)
            ui.features.reading.strip(network, chosen, maps, number=number, view=view)
        data, count = ui.features.panels.choose_data(network)
        ui.features.panels.patches(network, layer, unit=number, data=data, count=count)
        ui.features.panels.statistics(network, layer, data=data, count=count)


if __name__ == "__main__":
    run(LECTURE, render)
