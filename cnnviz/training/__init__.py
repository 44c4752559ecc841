"""Training networks: recipes, batches and the loop.

    for event in train(Config(data="shapes", epochs=3), opened("shapes")):
        print(event)

Importing this imports no torch: that waits for ``train``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cnnviz.training.config import BadConfig, Config

if TYPE_CHECKING:
    from cnnviz.training.engine import train

__all__ = ["BadConfig", "Config", "train"]


def __getattr__(name: str) -> Any:
    if name != "train":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.engine").train
