"""Regularization: a network that learns its points by heart, and what keeps it from doing so."""

from __future__ import annotations

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Regularization",
    section="Training",
    order=50,
    icon=":material/shield:",
    question="The network makes no mistake on what it has seen. What keeps it from learning by heart?",
    summary="A network overfits before your eyes; dropout, weight decay and early stopping hold it back.",
    references=(
        Reference("Srivastava et al. 2014 (dropout)", "https://jmlr.org/papers/v15/srivastava14a.html"),
        Reference("Krogh & Hertz 1991 (weight decay)", "https://papers.nips.cc/paper/563"),
        Reference("Loshchilov & Hutter 2019 (AdamW)", "https://arxiv.org/abs/1711.05101"),
        Reference("Goodfellow et al. 2016, chapter 7", "https://www.deeplearningbook.org/contents/regularization.html"),
        Reference(
            "Decks D0, “Preventing overfitting”, “Validation”; D2, “Avoiding overfitting”; D3, “The learning task”"
        ),
        Reference("D4, AlexNet"),
    ),
    pictures=(
        Picture(
            "regularization-boundary.webp",
            "Islands around single points",
            "The boundary of a network that learned its points by heart",
            {},
        ),
        Picture("regularization-losses.webp", "When to stop", "Training loss falls while validation loss rises", {}),
        Picture(
            "regularization-dropout.webp",
            "Another network in every step",
            "A small network with three of six units crossed out",
            {"fit-dropout": "0.5"},
        ),
        Picture(
            "regularization-luck.webp",
            "The best of twenty is lucky",
            "The expected accuracy of the best of many equal models",
            {"pick-models": "100"},
        ),
    ),
)


def render() -> None:
    """Controls left, boundary and losses right; below: dropout, decay, stopping and splitting, learning by heart."""
    part = ui.regularizing
    with ui.presets.presets(part.examples.EXAMPLES):
        side, main = body()
        with side:
            settings, held = part.controls.choose_settings(), part.controls.kept()
            part.controls.keep_button(settings, held)
        with main:
            events = part.figure.show(settings, held)
            told = st.container()
        part.reading.strip(settings, events)
        part.dropping.section()
        part.pulling.section()
        part.stopping.section(events)
        part.memorizing.section(settings)
        with told:  # only now are all controls drawn that an example sets
            ui.presets.note(part.examples.EXAMPLES)


if __name__ == "__main__":
    run(LECTURE, render)
