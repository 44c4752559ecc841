"""What both sections ask of the worker process: the picture as text, and how long it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.inspections.views import SAMPLE, carried
from cnnviz.ui import cache
from cnnviz.ui.pictures import Chosen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.models import Network

DRAWN = "sample "  # how the key of a sample picture begins


def view_of(network: Network, chosen: Chosen) -> NDArray[np.uint8]:
    """What the network sees of the picture, remembered."""
    found: NDArray[np.uint8] = cache.made(lambda: network.view(chosen.pixels), f"view {network.name} {chosen.key}")
    return found


def picture_text(network: Network, chosen: Chosen) -> str:
    """The picture for the settings of an inspection: a sample's name, or the view itself."""
    if chosen.key.startswith(DRAWN):
        return SAMPLE + chosen.key.removeprefix(DRAWN)
    return cache.made(lambda: carried(view_of(network, chosen)), f"carried {network.name} {chosen.key}")


def address_of(network: Network, chosen: Chosen) -> str:
    """The view as a data address, for drawing."""
    return cache.made(lambda: cache.address(view_of(network, chosen)), f"drawn {network.name} {chosen.key}")
