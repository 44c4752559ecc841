"""The lines that climb to the image on screen."""

from __future__ import annotations

from cnnviz.inspections.climb import Settings

_NAMES = {
    "parameterization": "parameterization",
    "jitter": "jitters",
    "penalties": "penalties",
    "steps": "steps",
    "rate": "rate",
    "size": "size",
    "count": "count",
    "seed": "seed",
}


def code(settings: Settings) -> str:
    """Runnable as it stands; what is left to the network is left out."""
    usual = Settings()
    given = [
        f", {name}={getattr(settings, field)!r}"
        for field, name in _NAMES.items()
        if getattr(settings, field) != getattr(usual, field)
    ]
    return f"""from pathlib import Path

import numpy as np

from cnnviz.actmax import climb
from cnnviz.data.images import encode_png
from cnnviz.models import load

network = load({settings.network!r})
for seen in climb(network, {settings.objective!r}{"".join(given)}):
    if seen.milestone:
        print(seen.step, seen.value)
Path("climbed.png").write_bytes(encode_png(np.hstack(list(seen.image))))
"""
