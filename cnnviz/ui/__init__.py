"""What every page is made of: the lecture's frame, controls, state, caches and browser components. Imports no torch.

A page writes ``ui.cache``, ``ui.reading`` …: the part is imported when it is first used, so that listing the lectures,
which the first paint waits for, imports none of them.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.ui import (
        augmenting,
        cache,
        cam,
        climbing,
        controls,
        convolving,
        counting,
        features,
        live,
        networks,
        normalizing,
        occluding,
        pictures,
        pooling,
        presets,
        racing,
        regularizing,
        scoring,
        sizing,
        strip,
        training,
        trusting,
        vanishing,
    )
    from cnnviz.ui.components import cards, curves, heatmap, window

__all__ = [
    "augmenting",
    "cache",
    "cam",
    "cards",
    "climbing",
    "controls",
    "convolving",
    "counting",
    "curves",
    "features",
    "heatmap",
    "live",
    "networks",
    "normalizing",
    "occluding",
    "pictures",
    "pooling",
    "presets",
    "racing",
    "regularizing",
    "scoring",
    "sizing",
    "strip",
    "training",
    "trusting",
    "vanishing",
    "window",
]
_COMPONENTS = {"cards", "curves", "heatmap", "window"}


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.components.{name}" if name in _COMPONENTS else f"{__name__}.{name}")
