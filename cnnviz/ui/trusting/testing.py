"""Can you trust this map? Two experiments: take away what it points at, and let the network forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.cam import METHODS, Explanation
from cnnviz.inspections.deletion import Settings as Deletion
from cnnviz.inspections.randomization import Settings as Randomization
from cnnviz.ui import cache
from cnnviz.ui.components.mapstrip import mapstrip
from cnnviz.ui.components.trust_curves import Line, Order, Pictures, trust_curves
from cnnviz.ui.controls import choose
from cnnviz.ui.live import live
from cnnviz.ui.pictures import Chosen
from cnnviz.ui.trusting import reading
from cnnviz.ui.trusting.asking import address_of, picture_text, view_of

if TYPE_CHECKING:
    from cnnviz.inspections.deletion import Event as Measured
    from cnnviz.inspections.randomization import Event as Forgot
    from cnnviz.models import Network
    from cnnviz.trust.order import Steps

FILLS = {
    "paper": "gray to delete, blur to insert (as in the paper)",
    "blur": "a blurred picture",
    "mean": "gray",
}
COLOURS = {"map": "#0072B2", "centre": "#009E73", "random": "#8A8A8A"}


def panel(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """Both experiments for the map on screen."""
    deleting(network, chosen, shown)
    forgetting(network, chosen, shown)


def deleting(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """Deletion and insertion, with the picture at every step."""
    st.subheader("Take away what it points at", anchor=False)
    words, side = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    words.markdown(reading.DELETION)
    with side:
        fill = choose("Holes are filled with", list(FILLS), key="trust-fill", default="paper", title=FILLS.__getitem__)
    settings = Deletion(
        network=network.name,
        picture=picture_text(network, chosen),
        method=shown.method,
        layer=shown.layer,
        target=shown.target.index,
        fill=fill,
    )
    live(
        "deletion",
        settings,
        key="trust-deletion",
        label="Measure it",
        draw=lambda events, done: curves(network, chosen, shown, events=events, done=done, fill=fill),
        untrained=lambda: curves(network, chosen, shown, events=(), done=False, fill=fill),
    )


def curves(
    network: Network, chosen: Chosen, shown: Explanation, *, events: tuple[Measured, ...], done: bool, fill: str
) -> None:
    """The curves so far and the pictures; before anything is measured, the pictures alone."""
    from cnnviz.trust import Points, gathered

    steps = events[-1].steps if events else Deletion().steps
    found = gathered(Points(each.progress, each.steps, each.points) for each in events)
    lines = [Line(way, order, *found.line(way, order)) for way, order in found.lines]
    drawn = cache.made(
        lambda: _prepared(network, chosen, shown, steps=steps, fill=fill),
        f"trust {network.name} {chosen.key} {shown.method} {shown.layer} {shown.target.index} {fill} {steps}",
    )
    pictures, ways = drawn
    name = reading.readable(shown.target.name)
    told = reading.verdict(found, method=METHODS[shown.method].title, name=name) if done and events else ""
    orders = [
        Order(way, title, COLOURS[way.split()[0]], ways[way], reading.areas(found, way))
        for way, title in reading.titles(METHODS[shown.method].title).items()
    ]
    words = {"class": name, "label": told.replace("*", "") or "Not measured yet."}
    trust_curves(lines, orders, pictures, count=steps, words=words, key="trust-curves")
    if told:
        st.markdown(told)


def _prepared(
    network: Network, chosen: Chosen, shown: Explanation, *, steps: int, fill: str
) -> tuple[Pictures, dict[str, Steps]]:
    """What does not change while it is measured: three pictures, and three orders of a byte per pixel."""
    from cnnviz.trust import Plan, order
    from cnnviz.trust.deletion import fills, orders

    view = view_of(network, chosen)
    size = view.shape[0], view.shape[1]
    holes, nothing = fills(network, view, fill)
    maps = orders(order.coarse(shown.map), Plan(randoms=1))
    pictures = Pictures(size, address_of(network, chosen), cache.address(holes), cache.address(nothing))
    return pictures, {name: order.steps(each, size, steps) for name, each in maps.items()}


def forgetting(network: Network, chosen: Chosen, shown: Explanation) -> None:
    """The cascade of randomized weights as a strip of maps."""
    st.subheader("Let the network forget", anchor=False)
    st.markdown(reading.RANDOMIZATION)
    settings = Randomization(
        network=network.name,
        picture=picture_text(network, chosen),
        method=shown.method,
        layer=shown.layer,
        target=shown.target.index,
    )
    live(
        "randomization",
        settings,
        key="trust-randomization",
        label="Randomize layer by layer",
        draw=lambda events, done: strip(network, chosen, shown, events=events, done=done),
    )


def strip(network: Network, chosen: Chosen, shown: Explanation, *, events: tuple[Forgot, ...], done: bool) -> None:
    """One small map per stage, from the trained network to one that knows nothing."""
    told = [event for event in events if event.map]
    if not told:
        return
    view = view_of(network, chosen)
    frames = [reading.stage(event, reading.readable(shown.target.name)) for event in told]
    size = view.shape[0], view.shape[1]
    mapstrip(frames, address_of(network, chosen), size=size, narrow=True, opacity=0.7, key="trust-strip")
    if done:
        st.markdown(reading.forgot(told, method=METHODS[shown.method].title))
