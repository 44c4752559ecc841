"""Filters and feature maps: what each unit of a layer looks for, what it finds, and in which pictures it finds most.

``maps(network, picture, layer)`` is what every unit answers, ``kernels(network, layer)`` its weights, ``field`` the
pixels that a unit sees, ``best(network, layer, unit, data)`` the patches of a data set that it answers most to (kept on
disk once :func:`search` has found them, else ``None``), ``statistics`` which filter answers most at each place over all
pictures of a class. A unit is one channel of a layer. Importing this imports no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnviz.features.errors import FeatureError
    from cnnviz.features.filters import Kernels, kernels
    from cnnviz.features.geometry import Field, field
    from cnnviz.features.keeping import Best, best
    from cnnviz.features.ordering import ORDERS, order
    from cnnviz.features.pictures import Source, default_data, source, sources
    from cnnviz.features.products import Sum, sum_at
    from cnnviz.features.responses import Maps, maps, span
    from cnnviz.features.searching import Found, search
    from cnnviz.features.winning import Counted, statistics

_HOMES = {
    "winning": ("Counted", "statistics"),
    "errors": ("FeatureError",),
    "geometry": ("Field", "field"),
    "keeping": ("Best", "best"),
    "filters": ("Kernels", "kernels"),
    "responses": ("Maps", "maps", "span"),
    "ordering": ("ORDERS", "order"),
    "searching": ("Found", "search"),
    "pictures": ("Source", "default_data", "source", "sources"),
    "products": ("Sum", "sum_at"),
}
__all__ = [
    "ORDERS",
    "Best",
    "Counted",
    "FeatureError",
    "Field",
    "Found",
    "Kernels",
    "Maps",
    "Source",
    "Sum",
    "best",
    "default_data",
    "field",
    "kernels",
    "maps",
    "order",
    "search",
    "source",
    "sources",
    "span",
    "statistics",
    "sum_at",
]


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
