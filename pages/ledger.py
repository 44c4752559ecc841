"""Network ledger: what every layer of a network costs, and what it sees."""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Network ledger",
    section="Convolution",
    order=40,
    icon=":material/receipt_long:",
    question="Where are a network's parameters, where is its work, and how far does a unit see?",
    summary="Known networks and your own, layer by layer: sizes, parameters, multiply-adds, memory, receptive fields.",
    references=(
        Reference("LeCun et al. 1998 (LeNet-5)", "https://doi.org/10.1109/5.726791"),
        Reference("Krizhevsky et al. 2012 (AlexNet)", "https://papers.nips.cc/paper/4824"),
        Reference("Simonyan & Zisserman 2015 (VGG)", "https://arxiv.org/abs/1409.1556"),
        Reference("Szegedy et al. 2015 (GoogLeNet)", "https://arxiv.org/abs/1409.4842"),
        Reference("He et al. 2016 (ResNet)", "https://arxiv.org/abs/1512.03385"),
        Reference("Luo et al. 2016 (the measured field)", "https://arxiv.org/abs/1701.04128"),
        Reference("Araujo et al. 2019 (computing receptive fields)", "https://doi.org/10.23915/distill.00021"),
        Reference("Decks D0–D4"),
    ),
    pictures=(
        Picture("ledger-alexnet.webp", "What AlexNet's conv5 sees", "A box on a cat's face", {"row": "conv5"}),
        Picture(
            "ledger-vgg16.webp",
            "VGG-16's pool3: 44 pixels",
            "A small box on a cat's face",
            {"net": "vgg16", "row": "pool3"},
        ),
        Picture(
            "ledger-measured.webp",
            "Its centre counts most",
            "A bell of light on a cat's face: the measured field",
            {"net": "vgg16", "row": "pool5", "measured": "yes"},
        ),
        Picture(
            "ledger-table.webp",
            "Where the parameters are",
            "A table with bars for parameters, work and memory",
            {},
        ),
    ),
)


def render() -> None:
    """Examples and choice in a row, then picture and table, the strip, and one of the side questions."""
    with ui.presets.presets(ui.counting.examples.EXAMPLES):
        name, size, chosen = ui.counting.table.bar()
        main, text = st.container(), ""
        if name == ui.counting.counted.OWN:
            side, main = body()
            with side:
                text = ui.counting.table.own_text()
        with main:
            found = ui.counting.table.counted(name, text, size)
            if found is None:
                return
            row = ui.counting.table.figure(found, chosen)
            ui.presets.note(ui.counting.examples.EXAMPLES)
        ui.counting.accounts.strip(found, row)
        ui.counting.questions.questions()


if __name__ == "__main__":
    run(LECTURE, render)
