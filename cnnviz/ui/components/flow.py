"""What is left at each layer on the way back: bars from the output to the first layer, and lines to compare with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.ui import state
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><div class="legend"></div><svg role="img" tabindex="0"></svg>
<output class="read" aria-live="polite"></output></div>"""
_mount = component("flow", html=_HTML, css=style("flow"), js=script("settling", "axes", "flow"))


@dataclass(frozen=True)
class Line:
    """A curve beside the bars, a value per layer from the output back; ``style`` is dashed, dotted or solid."""

    name: str
    values: Sequence[float]
    colour: str = ""
    style: str = "solid"


@dataclass(frozen=True)
class Bars:
    """One value per layer from the output back, with the layer's number and the words for it when it is pointed at.

    Without ``log`` the axis goes from 0 to 1. ``between`` are factors like ``×0.23`` between a bar and the next, drawn
    where there is room. ``floors`` are values below which a number format has nothing left, with their titles.
    """

    name: str
    title: str
    layers: Sequence[int]
    values: Sequence[float]
    words: Sequence[str]
    log: bool = True
    colour: str = "#CC79A7"
    between: Sequence[str] = ()
    floors: Sequence[tuple[float, str]] = ()


def flow(
    bars: Bars,
    lines: Sequence[Line],
    *,
    chosen: int,
    label: str,
    key: str,
    on_layer: Callable[[], None],
    height: int = 350,
) -> None:
    """Draw it; ``on_layer`` is called with another layer chosen, by click or by arrow key (see :func:`picked`)."""
    data = {
        "bars": {
            "name": bars.name,
            "title": bars.title,
            "layers": list(bars.layers),
            "values": [_told(v) for v in bars.values],
            "words": list(bars.words),
            "log": bars.log,
            "colour": bars.colour,
            "between": list(bars.between),
            "floors": [list(floor) for floor in bars.floors],
        },
        "lines": [
            {"name": line.name, "values": [_told(v) for v in line.values], "colour": line.colour, "style": line.style}
            for line in lines
        ],
        "chosen": chosen,
        "label": label,
        "height": height,
        "generation": state.generation(),
    }
    _mount(key=key, data=data, default={"layer": chosen}, on_layer_change=on_layer)


def picked(key: str) -> int | None:
    """The layer that was chosen in the figure; for the callback."""
    told: Any = getattr(state.get(key), "layer", None)
    return int(told) if isinstance(told, int | float) else None


def _told(value: float) -> float | None:
    """Four digits; nothing for what is no number, which JSON cannot hold."""
    return float(f"{value:.4g}") if math.isfinite(value) else None
