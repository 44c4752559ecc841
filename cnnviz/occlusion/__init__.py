"""Occlusion: cover a part of the picture and see what becomes of the score.

    for seen in occlude(load("photo"), view, Patch(32, 32, 16, 16)):
        seen.drop  # (rows, columns), NaN where it is not known yet

Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901. Importing this imports no torch: that waits for a computation.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cnnviz.occlusion.fills import FILLS, Fill
from cnnviz.occlusion.patch import MOST_SECONDS, MOST_WINDOWS, Cost, OcclusionError, Patch
from cnnviz.occlusion.result import Extreme, Occlusion, attribution, highest, lowest

if TYPE_CHECKING:
    from cnnviz.occlusion.sliding import cost, cover, occlude

__all__ = [
    "FILLS",
    "MOST_SECONDS",
    "MOST_WINDOWS",
    "Cost",
    "Extreme",
    "Fill",
    "Occlusion",
    "OcclusionError",
    "Patch",
    "attribution",
    "cost",
    "cover",
    "highest",
    "lowest",
    "occlude",
]


def __getattr__(name: str) -> Any:
    if name not in {"cost", "cover", "occlude"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.sliding"), name)
