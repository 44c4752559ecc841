"""The first page: what each lecture does, shown with pictures made by its own figures."""

import streamlit as st

from cnnviz.ui.lecture import Lecture, card, lectures, page, run

LECTURE = Lecture(
    title="Home",
    section="",
    order=0,
    icon=":material/home:",
    question="",
    summary="What the lectures do, in pictures.",
)
COLUMNS = 4


def render() -> None:
    """One row per lecture: its question, then pictures that open it exactly as shown."""
    st.header("See what a convolutional network sees", anchor=False)
    st.markdown(
        "Change one number and watch the picture change: real networks, right numbers, every formula with the values "
        "on screen. Everything runs on this computer; no picture leaves it."
    )
    for path, lecture in lectures().items():
        if not lecture.pictures:
            continue
        target = page(path)
        st.subheader(lecture.question, anchor=False)
        st.markdown(lecture.summary)
        for column, picture in zip(st.columns(COLUMNS), lecture.pictures, strict=False):
            with column:
                card(picture)
                st.page_link(target, label=picture.label, query_params=picture.query)
        st.page_link(target, label=f"Open {lecture.title}", icon=lecture.icon)


if __name__ == "__main__":
    run(LECTURE, render)
