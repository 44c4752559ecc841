"""Sizes: what size comes out?"""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

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
    pictures=(
        Picture("sizes-dropped.webp", "Stride 3 does not fit 7×7", "A grid whose last row and column are dropped", {}),
        Picture(
            "sizes-padded.webp",
            "A border of zeros keeps the size",
            "A grid with padding and an output as large as the input",
            {"size-padding": "1", "size-stride": "1"},
        ),
        Picture("sizes-stride.webp", "Every second place", "A window that moves by two", {"size-stride": "2"}),
        Picture(
            "sizes-alexnet.webp",
            "AlexNet: 224 or 227?",
            "AlexNet's first window on 224 pixels, with what is dropped",
            {"size-input": "224", "size-kernel": "11", "size-stride": "4"},
        ),
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
