"""Watch the templates emerge: the linear classifier learns the generated shapes, live."""

from __future__ import annotations

import base64
import math

import numpy as np
import streamlit as st

from cnnviz.data.generated import CLASSES
from cnnviz.training.tasks.linear import BATCH, SIDE, TESTED_ON, TRAINED_ON, Event, Settings
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.controls import controls
from cnnviz.ui.live import live

TITLE = "Train it live: templates emerge"


def section() -> None:
    """Settings left; curves and the templates at milestones right."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        st.markdown(
            f"{TRAINED_ON:,} generated shapes to learn from, {TESTED_ON:,} new ones to test on, {BATCH} in a batch."
        )
        settings = controls(Settings, key="linear")
    with main:
        live("linear", settings, key="linear-live", draw=draw)


def draw(events: tuple[Event, ...], finished: bool) -> None:  # noqa: FBT001 (as live() calls it)
    """Loss and accuracy over the steps, and the templates so far."""
    steps = [event.step for event in events]
    left, right = st.columns(2)
    with left:
        curves(
            [
                Curve("learned from", steps, [event.loss for event in events], "#0072B2"),
                Curve("new pictures", steps, [event.test_loss for event in events], "#D55E00"),
            ],
            x=Axis("step", low=0),
            y=Axis("loss"),
            label="The loss over the steps of the training.",
            key="linear-loss",
            height=250,
            marks=(Mark(math.log(10), "ln 10", "y", "#009E73"),),
        )
    with right:
        curves(
            [Curve("new pictures", steps, [100 * event.accuracy for event in events], "#D55E00")],
            x=Axis("step", low=0),
            y=Axis("right, %", low=0, high=60),
            label="The share of new pictures that are classified right, over the steps.",
            key="linear-accuracy",
            height=250,
            marks=(Mark(10, "chance", "y", "#009E73"),),
        )
    emerged(events)
    st.markdown(reading(events, finished=finished))


def emerged(events: tuple[Event, ...]) -> None:
    """The templates at the milestones reached so far, one row each."""
    shown = [event for event in events if event.templates]
    if shown:
        tiles(
            np.stack([pixels(event) for event in shown]),
            rows=[f"step {event.step}" for event in shown],
            columns=CLASSES,
            label="The ten templates at milestones of the training; gray is zero.",
            key="linear-tiles",
        )


def pixels(event: Event) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The templates of an event as ``(10, 16, 16, 3)``."""
    return np.frombuffer(base64.b64decode(event.templates), dtype=np.uint8).reshape(-1, SIDE, SIDE, 3)


def reading(events: tuple[Event, ...], *, finished: bool) -> str:
    """What the curves say: where the loss started and where it is."""
    first, last = events[0], events[-1]
    if not math.isfinite(last.loss):
        return f"It **diverged**: the weights grew without end. Started at {first.loss:.3f}; choose a smaller rate."
    begun = f"The loss starts at **{first.loss:.3f}** (ln 10 = 2.303)"
    if not finished:
        return f"{begun} and is {last.loss:.3f} after {last.step} steps."
    return (
        f"{begun} and ends at **{last.loss:.3f}**; on new pictures {last.test_loss:.3f}, and "
        f"{last.accuracy:.0%} of them right. One template per class cannot follow a form that moves and turns: "
        "that takes convolutions."
    )
