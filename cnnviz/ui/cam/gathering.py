"""Several maps of one picture, computed together and remembered; the server keeps them for all visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz import cam
from cnnviz.cam import METHODS, Explanation, MethodError
from cnnviz.cam.anatomy import Anatomy, anatomy
from cnnviz.ui import cache
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    from cnnviz.models import Network

SWEPT = "grad-cam"  # works at every layer
TERMS = 12  # channels shown one by one; half of them where
LARGE = 5000  # a map has more cells: each costs 4 bytes per cell on the way to the browser


def by_all_methods(network: Network, chosen: Chosen, *, target: int, layer: str) -> tuple[Explanation, ...]:
    """One map by each method that is quick at ``layer``: about 20 ms for a small network, then remembered."""
    key = f"methods {network.name} {chosen.key} {target} {layer}"
    return cache.made(lambda: cam.all_maps(network, chosen.pixels, target=target, layer=layer), key)


def at_all_layers(network: Network, chosen: Chosen, *, method: str, target: int) -> tuple[Explanation, ...]:
    """One map at each layer of the menu by ``method``."""
    key = f"layers {network.name} {chosen.key} {target} {method}"
    return cache.made(lambda: cam.sweep(network, chosen.pixels, method=method, target=target), key)


def taken_apart(network: Network, chosen: Chosen, shown: Explanation) -> Anatomy | str:
    """The channels behind ``shown``, or the sentence that says why there are none."""
    key = f"anatomy {network.name} {chosen.key} {shown.target.index} {shown.method} {shown.layer}"
    terms = TERMS if shown.map.size <= LARGE else TERMS // 2

    def take() -> Anatomy | str:
        try:
            return anatomy(network, chosen.pixels, shown, terms=terms)
        except MethodError as refused:
            return str(refused)

    return cache.made(take, key)


def is_slow(network: Network, method: str, layer: str) -> bool:
    """Whether the method runs the network once per channel at ``layer``, so that it must be asked for."""
    with network.lock:
        return METHODS[method].slow(network.model, layer)


def sweeping(network: Network, method: str) -> str:
    """The method to look at every layer with: the one that is shown, or Grad-CAM if that works at some layers only."""
    everywhere = all(method in cam.quick(network, layer.path) for layer in network.layers)
    return method if everywhere else SWEPT
