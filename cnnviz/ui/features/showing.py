"""The figure of the lecture on filters: all units of a layer on one sheet, and one of them enlarged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.ui import cache, state
from cnnviz.ui.components.sprites import Sheet, View, sprites
from cnnviz.ui.components.unit import Unit, unit
from cnnviz.ui.features.choosing import data_name, keep_view

if TYPE_CHECKING:
    from cnnviz.features import Field, Kernels, Maps
    from cnnviz.models import Network
    from cnnviz.ui.pictures import Chosen

SIDES = {"peak": "strongest answer", "mean": "mean answer"}


def answered(network: Network, chosen: Chosen, layer: str) -> Maps:
    """The maps of the chosen picture, remembered."""
    return cache.mapped(chosen.pixels, chosen.key, network_name=network.name, layer=layer)


def kernels_of(network: Network, layer: str) -> Kernels | None:
    """The kernels of the layer's units, if they are one convolution's."""
    from cnnviz.features import FeatureError, kernels

    try:
        return kernels(network, layer)
    except FeatureError:
        return None


def orders_of(maps: Maps) -> dict[str, Any]:
    """The orders that these maps have."""
    from cnnviz.features.ordering import orders

    return orders(maps)


def patches_of(network: Network, layer: str, number: int) -> str:
    """The data address of the unit's best patches in what is looked at, if they have been found."""
    import base64

    from cnnviz.features import best

    found = best(network, layer, number, data_name(network))
    return "data:image/jpeg;base64," + base64.b64encode(found.jpeg).decode("ascii") if found else ""


def draw(network: Network, chosen: Chosen, maps: Maps, *, number: int, view: View) -> None:
    """The sheet left, the unit right."""
    left, right = st.columns([11, 9], gap="medium")
    with left:
        sprites(
            cache.made(lambda: sheet(network, chosen, maps).message(), f"sprites {_key(chosen, maps)}"),
            view=view,
            chosen=number,
            key="sprites",
            on_view=keep_view,
            on_pick=state.chooser("unit", "sprites", "picked"),
        )
    with right:
        size = (chosen.pixels.shape[0], chosen.pixels.shape[1])
        unit(enlarged(network, maps, number), cache.shown(chosen.pixels, chosen.key), size=size, key="unit-shown")


def _key(chosen: Chosen, maps: Maps) -> str:
    return f"{maps.network} {maps.layer} {chosen.key}"


def sheet(network: Network, chosen: Chosen, maps: Maps) -> Sheet:
    """All units of a layer."""
    from cnnviz.features.ordering import order

    count, rows, columns = maps.values.shape
    found = kernels_of(network, maps.layer)
    return Sheet(
        key=_key(chosen, maps),
        label=f"{count} feature maps of {rows}×{columns} of layer {maps.layer}. Arrow keys choose a unit.",
        maps=maps.values,
        span=span(network, chosen),
        orders={name: (each.title, order(maps, name)) for name, each in orders_of(maps).items()},
        means=maps.mean,
        kernels=None if found is None else _pictured(found),
        kernel_words=_words(found),
    )


def span(network: Network, chosen: Chosen) -> tuple[float, float]:
    """The range of all layers for the chosen picture, remembered."""
    from cnnviz.features import span as measured

    return cache.made(lambda: measured(network, chosen.pixels), f"span {network.name} {chosen.key}")


def _pictured(found: Kernels) -> Any:
    """Kernels in colour where they act on colours, else the mean over their inputs."""
    return found.weights if found.colour else found.seen()[:, None]


def _words(found: Kernels | None) -> str:
    if found is None or found.colour:
        return "kernels in colour"
    return "kernels, mean over inputs" if found.weights.shape[1] > 1 else "kernels"


def field_of(network: Network, layer: str) -> Field:
    """What a unit of a layer sees; found once per network and layer."""
    from cnnviz.features import field

    return field(network, layer)


def enlarged(network: Network, maps: Maps, number: int) -> Unit:
    """One unit, ready to be drawn over the photo."""
    sees, found = field_of(network, maps.layer), kernels_of(network, maps.layer)
    peak = (int(maps.peaks[number, 0]), int(maps.peaks[number, 1]))
    box = (maps.box.top, maps.box.left, maps.box.height, maps.box.width)
    return Unit(
        key=f"{maps.layer} {number}",
        label=f"Unit {number} of {maps.layer}, strongest at row {peak[0]}, column {peak[1]}.",
        map=maps.values[number],
        box=box,
        view=maps.view,
        peak=peak,
        rows=(sees.rows.jump, sees.rows.start, sees.rows.size),
        columns=(sees.columns.jump, sees.columns.start, sees.columns.size),
        reach=reach_words(sees, maps.view),
        kernel=None if found is None else found.weights[number],
        kernel_label="" if found is None else kernel_words(found, number),
        colour=found is not None and found.colour,
        signed=bool(maps.values.min() < 0),
        patches=patches_of(network, maps.layer, number),
    )


def reach_words(sees: Field, view: tuple[int, int]) -> str:
    """How many pixels an answer sees, of those that there are."""
    if sees.rows.size >= view[0] and sees.columns.size >= view[1]:
        whole = sees.rows.jump == 0
        return "it sees everything" if whole else f"it can see {sees.rows.size}×{sees.columns.size}, more than there is"
    return f"it sees {sees.rows.size}×{sees.columns.size} of {view[0]}×{view[1]} pixels"


def kernel_words(found: Kernels, number: int) -> str:
    """A kernel in words."""
    channels, rows, columns = found.weights[number].shape
    if found.colour:
        return f"Kernel {number} of {found.path}: {rows}×{columns} over red, green, blue; a zero is grey."
    inputs = f"{channels} inputs" if channels > 1 else "one input"
    return f"Kernel {number} of {found.path}: {rows}×{columns} over {inputs}, red adds, blue subtracts."
