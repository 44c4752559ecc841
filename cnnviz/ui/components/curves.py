"""Lines over a common axis: they grow while a training runs, and are read off with the pointer or the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from cnnviz.figures.colours import CATEGORIES
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><div class="legend" role="group" aria-label="Lines shown"></div>
<svg role="img" aria-label="A chart that is being drawn" tabindex="0"></svg><output class="read"></output></div>"""
_mount = component("curves", html=_HTML, css=style("curves"), js=script("packing", "axes", "shapes", "curves"))


@dataclass(frozen=True)
class Curve:
    """One line, with a gap where ``y`` is not finite. ``colour`` "" takes the next of the ten."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = ""
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """An axis; without ``low`` and ``high`` it spans the data. A logarithmic one leaves out what is not positive."""

    title: str
    log: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Mark:
    """A straight line at a value of the x or the y axis, with its ``title`` beside it."""

    at: float
    title: str
    axis: Literal["x", "y"] = "x"
    colour: str = ""


def curves(
    items: Sequence[Curve],
    *,
    x: Axis,
    y: Axis,
    label: str,
    key: str,
    height: int = 300,
    marks: Sequence[Mark] = (),
) -> None:
    """Draw ``items``; ``label`` says in words what the chart shows. 16 bytes travel per point."""
    data = {
        "curves": [
            {
                "name": item.name,
                "x": packed(np.asarray(item.x, dtype=float), "<f8"),
                "y": packed(np.asarray(item.y, dtype=float), "<f8"),
                "colour": item.colour or CATEGORIES[k % len(CATEGORIES)],
                "dashed": item.dashed,
                "dots": item.dots,
            }
            for k, item in enumerate(items)
        ],
        "x": asdict(x),
        "y": asdict(y),
        "marks": [asdict(mark) for mark in marks],
        "label": label,
        "height": height,
    }
    _mount(key=key, data=data)
