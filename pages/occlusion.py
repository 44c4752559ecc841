"""Occlusion: cover a part of the photo, and see what becomes of the answer."""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Occlusion: what must the network see?",
    section="Looking inside",
    order=30,
    icon=":material/texture:",
    question="Cover a part of the photo. Does the network still see it?",
    summary="Drag a patch over your photo and watch the answer; maps of score, drop and winning class for every place.",
    references=(
        Reference("Zeiler & Fergus 2014 (the sliding square)", "https://arxiv.org/abs/1311.2901"),
        Reference("Captum's Occlusion", "https://captum.ai/api/occlusion.html"),
        Reference(
            "Sturmfels et al. 2020 (what a patch should show)", "https://distill.pub/2020/attribution-baselines/"
        ),
        Reference("Deck D2, “Occlusion”, “pepita = miniature pinscher?”"),
    ),
    pictures=(
        Picture("occlusion-drag.webp", "Cover it by hand", "A cat's face with a gray square on it", {}),
        Picture("occlusion-maps.webp", "All places in turn", "Maps of probability, drop and winner", {}),
    ),
)


def render() -> None:
    """Picture, network, class left; the photo to drag on, its patch and the maps right; formula and downloads below."""
    part = ui.occluding
    with ui.presets.presets(part.examples.EXAMPLES, label="Examples"):
        side, main = body()
        with side:
            chosen = ui.pictures.choose_picture()
        with main, st.skeleton(height=480), side:
            name = ui.networks.choose_network(help="What looks at the picture.")
        with main:
            if not ui.networks.ready(name):
                return
        network = ui.cache.network(name)
        with side:
            target = part.situation.choose_class(network)
        with main:
            place = st.container()  # the photo stands above what decides how it is covered
            asked = part.situation.choose_situation(network, chosen, target)
            with place:
                part.dragging.figure(asked)
            found = part.maps.show(asked)
            ui.presets.note(part.examples.EXAMPLES)
            part.reading.strip(asked, found)


if __name__ == "__main__":
    run(LECTURE, render)
