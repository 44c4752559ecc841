"""The first page: what each lecture does, shown with pictures made by its own figures."""

import streamlit as st

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, lectures, page, run

LECTURE = Lecture(
    title="Home",
    section="",
    order=0,
    icon=":material/home:",
    question="",
    summary="What the lectures do, in pictures.",
)


def render() -> None:
    """One row per lecture: its question, then pictures that open it exactly as shown."""
    st.header("See what a convolutional network sees", anchor=False)
    st.markdown(
        "Change one number and watch the picture change: real networks, right numbers, every formula with the values "
        "on screen. Click a picture to open it as shown. Everything runs on this computer; no picture leaves it."
    )
    opened = ui.cards.cards([ui.cards.row(path.stem, lecture) for path, lecture in lectures().items()], key="cards")
    if opened is not None:
        name, query = opened
        st.switch_page(next(page(path) for path in lectures() if path.stem == name), query_params=query)


if __name__ == "__main__":
    run(LECTURE, render)
