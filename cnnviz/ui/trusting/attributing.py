"""Other attributions in the frame of the class activation map, and what each can and cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.attribution import ATTRIBUTIONS
from cnnviz.cam import METHODS, Explanation
from cnnviz.inspections.attribution import Event, Settings
from cnnviz.trust.packing import Packed, pack
from cnnviz.ui.components.mapstrip import Frame, mapstrip
from cnnviz.ui.live import live
from cnnviz.ui.pictures import Chosen
from cnnviz.ui.trusting.asking import address_of, picture_text, view_of
from cnnviz.ui.trusting.reading import readable

if TYPE_CHECKING:
    from cnnviz.attribution import Method
    from cnnviz.models import Network

CAM_SHOWS = "Which places of one layer speak for the class or against it."
CAM_HIDES = "Anything finer than the layer's cells, or what happens below the layer."


def attributions(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """The cost, the button, and the five beside the map on screen."""
    passes = sum(method.passes for method in ATTRIBUTIONS.values())
    st.markdown(
        f"Five ways to ask how the score of *{readable(shown.target.name)}* depends on each **pixel**, computed by "
        f"[captum](https://captum.ai). Together they cost about {passes} passes forward and back; the cheapest comes "
        "first, and the averages get better while you look."
    )
    settings = Settings(network=network.name, picture=picture_text(network, chosen), target=shown.target.index)
    live(
        "attribution",
        settings,
        key="attributions",
        label="Compute all five",
        draw=lambda events, _done: draw(network, chosen, shown, events=events),
        untrained=lambda: draw(network, chosen, shown, events=()),
    )


def draw(network: Network, chosen: Chosen, shown: Explanation, *, events: tuple[Event, ...]) -> None:
    """The class activation map first, then the others in the order of the menu."""
    view = view_of(network, chosen)
    last = latest(events)
    frames = [_cam(shown), *(frame(method, last.get(name)) for name, method in ATTRIBUTIONS.items())]
    size = view.shape[0], view.shape[1]
    mapstrip(frames, address_of(network, chosen), size=size, narrow=False, opacity=0.85, key="attribution-maps")


def latest(events: tuple[Event, ...]) -> dict[str, Event]:
    """For each method its last event that has a map, or a refusal."""
    return {event.method: event for event in events if event.map or event.refused}


def frame(method: Method, event: Event | None) -> Frame:
    """One attribution, or the place for it."""
    cost = f"{method.passes} pass" + ("" if method.passes == 1 else "es")
    lines = [f"Shows: {method.shows}", f"Can't show: {method.hides}"]
    if event is None or event.refused:
        told = [event.refused] if event else []
        return Frame(method.title, cost, (*told, *lines), f"{method.title}: not computed.", None, method.signed)
    values = Packed(event.map, event.rows, event.columns, event.scale)
    if method.complete:
        lines.insert(0, completeness(event))
    return Frame(method.title, cost, tuple(lines), f"{method.title} of every pixel.", values, method.signed)


def completeness(event: Event) -> str:
    """How well the attributions add up to the score."""
    due = event.logit - event.baseline
    total, logit, baseline, due_text = (
        f"{x:.2f}".replace("-", "−") for x in (event.total, event.logit, event.baseline, due)
    )
    return f"Sum {total}; due: logit {logit} less {baseline} of a gray picture = {due_text}."


def _cam(shown: Explanation) -> Frame:
    title = METHODS[shown.method].title
    alt = f"{title} for {readable(shown.target.name)}, for comparison."
    return Frame(title, shown.layer, (f"Shows: {CAM_SHOWS}", f"Can't show: {CAM_HIDES}"), alt, pack(shown.map))
