"""Networks that know something: ``load("photo").predict(images)``.

Importing this package does not import torch: that waits until a network, or the list of them, is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cnnviz.models.errors import BadWeights, NotDownloaded, UnknownClass
from cnnviz.models.registry import NETWORKS, Layer, Spec
from cnnviz.models.trusted import register

if TYPE_CHECKING:
    from cnnviz.models.framing import Box
    from cnnviz.models.loading import available, download, forget, load
    from cnnviz.models.network import Network

__all__ = [
    "NETWORKS",
    "BadWeights",
    "Box",
    "Layer",
    "Network",
    "NotDownloaded",
    "Spec",
    "UnknownClass",
    "available",
    "download",
    "forget",
    "load",
    "register",
]

_HOMES = {
    "Box": "framing",
    "Network": "network",
    "available": "loading",
    "download": "loading",
    "forget": "loading",
    "load": "loading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
