"""Activation maximization: climb from noise to the picture that a unit, a channel or a class wants to see."""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Activation maximization",
    section="Looking inside",
    order=20,
    icon=":material/landscape:",
    question="Start from noise. What picture does this unit want to see?",
    summary="Gradient ascent on the picture itself: units, channels, classes, live, beside what really fires them.",
    references=(
        Reference("Erhan et al. 2009, Visualizing higher-layer features of a deep network"),
        Reference("Simonyan et al. 2014", "https://arxiv.org/abs/1312.6034"),
        Reference("Olah et al. 2017, Feature visualization", "https://distill.pub/2017/feature-visualization"),
        Reference("Deck D2, “Kernels and representations”, activation maximization"),
    ),
    pictures=(
        Picture("climbing-image.webp", "What says dalmatian?", "Two spotted heads, grown from noise", {}),
        Picture("climbing-value.webp", "The score on its way up", "A rising curve", {}),
        Picture(
            "climbing-free.webp",
            "Free pixels: all grain",
            "A square of colourful grain",
            {"climb-start": "pixel+rgb", "climb-jitter": "none"},
        ),
        Picture("climbing-waves.webp", "Waves, not shaken", "Another image", {"climb-jitter": "none"}),
    ),
)


def render() -> None:
    """What to maximize left; the growing image, its value and real pictures right; four ways below."""
    part = ui.climbing
    with ui.presets.presets(part.examples.EXAMPLES):
        side, main = body()
        with main, st.skeleton(height=480), side:
            name = ui.networks.choose_network(help="Whose unit, channel or class.")
        with main:
            if not ui.networks.ready(name):
                return
        network = ui.cache.network(name)
        with side:
            asked = part.asking.choose_climb(network)
        with main:
            left, right = st.columns([7, 2], gap="medium")
            with left:
                events = part.figure.show(asked)
            with right:
                part.beside.panel(asked)
            ui.presets.note(part.examples.EXAMPLES)
        part.reading.strip(asked, events)
        part.comparing.section(asked)


if __name__ == "__main__":
    run(LECTURE, render)
