"""Sizes: what size comes out?"""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Reference, body, run

LECTURE = Lecture(
    title="What size comes out?",
    section="Convolution",
    order=20,
    icon=":material/straighten:",
    question="A window steps over an input. How large is the output, and what happens when the steps do not fit?",
    summary="Output sizes for every stride, padding and dilation: what is dropped, what makes it fit, the cost.",
    references=(
        Reference("Dumoulin & Visin 2016, A guide to convolution arithmetic", "https://arxiv.org/abs/1603.07285"),
        Reference("PyTorch: Conv2d, MaxPool2d (ceil_mode), ConvTranspose2d", "https://pytorch.org/docs/stable/nn.html"),
        Reference("TensorFlow: notes on padding", "https://www.tensorflow.org/api_docs/python/tf/nn"),
        Reference("Decks D1 and D2"),
    ),
)


def render() -> None:
    """Examples on top; numbers left, windows right; formula below; then chains, the way back, and the cost."""
    with ui.presets.presets(ui.sizing.EXAMPLES):
        side, main = body()
        with side:
            setting = ui.sizing.choose()
        found = ui.sizing.placed(setting)
        with main:
            ui.sizing.figure(setting, found)
        ui.sizing.strip(setting, found)
        back, cost = st.columns(2, gap="large")
        with back:
            ui.sizing.there_and_back(setting, found)
        with cost:
            ui.sizing.counting(setting, found)
        ui.sizing.chain()


if __name__ == "__main__":
    run(LECTURE, render)
