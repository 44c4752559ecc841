"""The same climb in four ways: what a free image does, what shaking and waves do to it, and both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz import jobs
from cnnviz.inspections.climb import Settings
from cnnviz.training.tasks.registry import BadSettings
from cnnviz.ui import state
from cnnviz.ui.climbing.asking import AUTO, Asked
from cnnviz.ui.climbing.figure import strip, value
from cnnviz.ui.climbing.pictures import fine, pixels, shown
from cnnviz.ui.climbing.terms import together
from cnnviz.ui.components.bars import percent
from cnnviz.ui.live import Draw, live, viewer

if TYPE_CHECKING:
    from cnnviz.inspections.climb import Event

TITLE = "What keeps it readable: four ways from the same seed"
KEY = "climb-ways"
OVER = ("cancelled", "failed")
WAYS = (
    ("Free pixels", "pixel+rgb", "none"),
    ("Pixels, shaken", "pixel+rgb", "auto"),
    ("Waves (Fourier)", "fourier+decorrelated", "none"),
    ("Waves, shaken", "fourier+decorrelated", "auto"),
)


def section(asked: Asked) -> None:
    """One column per way; a button starts all of them."""
    st.subheader(TITLE, anchor=False)
    st.markdown(
        "Free pixels reach a high value by grain that no photograph has. "
        "Shaken before each look, the image must please at many places at once; as a sum of waves, shape comes first."
    )
    ways = [(title, way(asked, space, jitter)) for title, space, jitter in WAYS]
    wanted = [each for _, each in ways]
    going = str(state.get(f"{KEY}-going")) == asked.said + str(asked.settings)
    if going:  # the page is drawn again whenever one of them has ended
        go_on(wanted)
    st.button(
        "Climb all four, one after the other",
        icon=":material/play_arrow:",
        key=f"{KEY}-all",
        on_click=start,
        args=(wanted, asked.said + str(asked.settings)),
    )
    for k, (column, (title, each)) in enumerate(zip(st.columns(len(ways), gap="medium"), ways, strict=True)):
        with column:
            st.markdown(f"**{title}**")
            live("climb", each, key=f"{KEY}-{k}", draw=drawing(asked.said, f"{KEY}-{k}"), label="Climb")


def way(asked: Asked, parameterization: str, jitter: str) -> Settings:
    """One image of what is asked, with another start and jitter and no penalty: only these two differ."""
    return dataclasses.replace(
        asked.settings,
        objective=together(asked.first, asked.second, diversity=None),
        parameterization=parameterization,
        jitter=jitter,
        penalties=AUTO,
        rate=0.0,
        count=1,
    )


def start(wanted: Sequence[Settings], group: str) -> None:
    """Begin with the first two; a callback. What is known already stays as it is."""
    state.put(f"{KEY}-going", group)
    go_on(wanted, again=True)


def go_on(wanted: Sequence[Settings], *, again: bool = False) -> None:
    """Ask for those that nobody has asked for yet: as many at once as one visitor may have on the way.

    One that was stopped or failed ends it, unless ``again``.
    """
    for settings in wanted:
        found = jobs.recorded("climb", settings) or jobs.find("climb", settings)
        if found is not None and found.state in OVER and not again:
            state.put(f"{KEY}-going", "")
            return
        if found is None or found.state in OVER:
            try:
                jobs.submit("climb", settings, by=viewer())
            except (jobs.Busy, BadSettings):
                return  # two are on the way: its turn comes when one of them has ended


def drawing(said: str, key: str) -> Draw:
    """Image, strip and the value of one way."""

    def draw(events: tuple[Event, ...], finished: bool) -> None:  # noqa: ARG001, FBT001 (as live() calls it)
        strip(events, said, key=f"{key}-image")
        share = fine(pixels(shown(events)[-1])[0])
        st.markdown(
            f"f rose from {value(events[0].value)} to **{value(events[-1].value)}**; {percent(share)} fine grain."
        )

    return draw
