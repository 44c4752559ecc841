"""A heat map taken apart into its channels, put together again with a slider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><figure><figcaption></figcaption>
<div class="picture"><img alt=""><canvas class="sum" role="img"></canvas></div>
<form aria-label="How many channels are added"><button type="button" name="play"></button>
<label>Channels <input type="range" name="step" min="0" step="1"></label></form>
<output></output><svg aria-hidden="true"></svg></figure>
<div class="terms" role="group" aria-label="The largest channels: a click adds up to this one"></div></div>"""
_mount = component(
    "anatomy", html=_HTML, css=style("anatomy"), js=script("packing", "heat", "axes", "raster", "anatomy")
)


@dataclass(frozen=True)
class Part:
    """One channel, float32 ``(rows, columns)`` each: its answer, and what it adds to the map.

    With a ``weight`` the browser multiplies; without one both maps travel.
    """

    title: str
    factor: str
    weight: float | None
    activation: NDArray[np.float32]
    part: NDArray[np.float32]


@dataclass(frozen=True)
class Growth:
    """Partial sums ``(steps, rows, columns)`` of the ``counts`` largest channels; the last one is the map.

    ``scale`` times the mean of the map plus ``bias`` is ``logit`` where that holds; ``bias`` is ``None`` elsewhere.
    ``symbol`` says what ``scale`` times the mean is.
    """

    counts: tuple[int, ...]
    sums: NDArray[np.float32]
    box: tuple[float, float, float, float]
    symbol: str
    scale: float
    bias: float | None
    logit: float


def anatomy(parts: list[Part], growth: Growth, scene: Mapping[str, Any], *, identity: str, key: str) -> None:
    """Draw the channels beside the sum; the slider starts anew, at the whole map, whenever ``identity`` changes."""
    rows, columns = growth.sums.shape[1:]
    numbers = [p.activation for p in parts] + [p.part for p in parts if p.weight is None] + list(growth.sums)
    means = growth.scale * growth.sums.mean((1, 2), dtype=np.float64)
    terms = [
        {
            "title": p.title,
            "factor": p.factor,
            "weight": p.weight,
            "mean": growth.scale * float(p.part.mean(dtype=np.float64)),
        }
        for p in parts
    ]
    data = {
        **scene,
        "id": identity,
        "terms": terms,
        "rows": rows,
        "columns": columns,
        "box": growth.box,
        "counts": growth.counts,
        "numbers": packed(np.stack(numbers), "<f4"),
        "means": means.tolist(),
        "symbol": growth.symbol,
        "bias": growth.bias,
        "logit": growth.logit,
    }
    _mount(key=key, data=data)
