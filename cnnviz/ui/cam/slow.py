"""Methods that run the network once per channel: the cost first, then the map while it grows, beside a quick one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import METHODS, Explanation, MethodError, estimate
from cnnviz.inspections.slow_cam import SECONDS, Event, Settings, values
from cnnviz.ui import cache
from cnnviz.ui.cam.explaining import explain
from cnnviz.ui.live import live
from cnnviz.ui.pictures import Chosen
from cnnviz.ui.trusting.asking import picture_text

if TYPE_CHECKING:
    from cnnviz.models import Network

BESIDE = "grad-cam"
Draw = Callable[[Sequence[Explanation]], None]


def watch(network: Network, chosen: Chosen, *, method: str, layer: str, target: int, draw: Draw) -> Explanation:
    """Draw cost, button and maps; return the map if it is there, else the quick one beside it."""
    beside = explain(network, chosen, method=BESIDE, target=target, layer=layer)
    st.markdown(price(network, chosen, method=method, layer=layer))
    settings = Settings(
        network=network.name, picture=picture_text(network, chosen), method=method, layer=layer, target=target
    )
    events = live(
        "slow-cam",
        settings,
        key="slow-cam",
        label="Compute it",
        draw=lambda told, _done: draw([each for each in (grown(told, beside, method), beside) if each]),
        untrained=lambda: draw([beside]),
    )
    found = grown(events, beside, method)
    return found if found is not None and events[-1].progress >= 1 else beside


def price(network: Network, chosen: Chosen, *, method: str, layer: str) -> str:
    """What the map will cost, measured with its first few passes; once per network, method and layer."""
    title = METHODS[method].title

    def measure() -> tuple[int, float]:
        # the better of two: the first also waits for memory, and others may use the core
        found = [estimate(network, chosen.pixels, method=method, layer=layer) for _ in range(2)]
        return min(found, key=lambda each: each[1])

    try:
        passes, seconds = cache.made(measure, f"price {network.name} {method} {layer}")
    except MethodError as refused:
        return str(refused)
    if seconds > SECONDS:
        return (
            f"{title} needs {passes:,} passes here, about {seconds:.0f} s: choose a smaller network or another layer."
        )
    time = f"about {seconds:.0f}" if seconds >= 2 else "one or two"
    return f"**{title}** runs the network **{passes:,} times** here: {time} seconds on one core."


def grown(events: tuple[Event, ...], beside: Explanation, method: str) -> Explanation | None:
    """The latest stage of the map, with what the quick map of the same class and layer tells besides."""
    last = next((event for event in reversed(events) if event.map), None)
    if last is None:
        return None
    return replace(beside, method=method, map=values(last), weights=None, bias=None, seconds=0.0)
