"""The figure: the image as it grows, its milestones, and what it is worth at each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui import cache
from cnnviz.ui.climbing.asking import Asked
from cnnviz.ui.climbing.pictures import address, shown
from cnnviz.ui.components.curves import Axis, Curve, curves
from cnnviz.ui.components.milestones import Frame, milestones
from cnnviz.ui.live import Draw, live

if TYPE_CHECKING:
    from cnnviz.inspections.climb import Event

PURPLE = "#882255"
KEY = "climb-run"


def show(asked: Asked) -> tuple[Event, ...]:
    """The price of the climb of these settings, and the climb, live; returns its events."""
    st.caption(price(asked))
    return live("climb", asked.settings, key=KEY, draw=drawing(asked.said), label="Climb", untrained=empty)


def price(asked: Asked) -> str:
    """What the climb takes; that it takes too long is only told, as it was measured where many may be at work."""
    from cnnviz.actmax import ClimbError, cost, parse_all
    from cnnviz.actmax.costing import affordable

    wanted = asked.settings

    def measured() -> float:
        return cost(asked.network, wanted.objective, steps=1, size=wanted.size or None)

    try:
        # every unit of a layer costs the same
        layers = [sorted({term.layer for _, term in each.parts}) for each in parse_all(wanted.objective)]
        name = f"climb cost {wanted.network} {layers} {wanted.size}"
        seconds = affordable(cache.made(measured, name) * wanted.count * wanted.steps, wanted.steps)
    except ClimbError as refused:
        return f"{refused}."
    told = f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
    return f"{wanted.steps} steps: about {told}\N{NO-BREAK SPACE}s on one core."


def empty() -> None:
    """What stands in the figure's place before anything was computed."""
    st.markdown("Press **Climb**: from noise, each step changes every pixel a little so that the value rises.")


def drawing(said: str) -> Draw:
    """How the events of a climb of ``said`` are drawn: image and strip left, value right."""

    def draw(events: tuple[Event, ...], finished: bool) -> None:  # noqa: ARG001, FBT001 (as live() calls it)
        left, right = st.columns([6, 5], gap="medium")
        with left:
            strip(events, said, key=f"{KEY}-image")
        with right:
            rising(events, said)

    return draw


def strip(events: Sequence[Event], said: str, *, key: str) -> None:
    """The image and its milestones."""
    kept = shown(events)
    if not kept:
        return
    frames = [Frame(f"step {event.step}", f"f = {value(event.value)}", address(event)) for event in kept]
    count, side = kept[-1].count, kept[-1].side
    label = f"{'An image' if count == 1 else f'{count} images'} made to raise {said}."
    milestones(frames, images=count, side=side, label=label, key=key)


def value(number: float) -> str:
    """A value of the objective with as many digits as tell something."""
    digits = f"{number:.3g}" if abs(number) < 1 else f"{number:.2f}" if abs(number) < 100 else f"{number:.0f}"
    return digits.replace("-", "\N{MINUS SIGN}")


def rising(events: Sequence[Event], said: str) -> None:
    """The value over the steps, spread as their logarithm: most happens early."""
    points = {event.measured: event.value for event in events}
    curves(
        [Curve("f(x)", list(points), list(points.values()), PURPLE)],
        x=Axis("step", log=True, low=1, high=max(2, events[-1].steps)),
        y=Axis("f(x), not shaken"),
        label=f"What the image is worth, {said}: from {value(events[0].value)} to {value(events[-1].value)}.",
        key=f"{KEY}-value",
        height=380,
    )
