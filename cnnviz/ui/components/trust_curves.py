"""Deletion and insertion: two curves each beside the picture as it is at that step, scrubbed in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="trust">
<div class="ways"></div>
<form aria-label="How far, and in which order">
<button type="button" class="play" aria-pressed="false">Play</button>
<label class="far">Step <input type="range" name="step" min="0" step="1"></label>
<label>Pixels go in the order of <select name="order"></select></label>
</form>
<output class="told" aria-live="off"></output></div>"""
_mount = component("trust_curves", html=_HTML, css=style("trust_curves"), js=script("packing", "axes", "trust_curves"))


@dataclass(frozen=True)
class Line:
    """Probabilities ``y`` 0 … 1 at shares ``x`` 0 … 1 of the pixels, for ``way`` in the order called ``order``."""

    way: str
    order: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Order:
    """An order in which pixels go: ``steps`` uint8 ``(H, W)``, the step of each; its name, colour and areas as text."""

    name: str
    title: str
    colour: str
    steps: NDArray[np.uint8] | None = None
    areas: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Pictures:
    """Data addresses of the view of ``size`` (height, width), of what deletion leaves, what insertion starts with."""

    size: tuple[int, int]
    whole: str
    holes: str
    nothing: str


def trust_curves(
    lines: Sequence[Line],
    orders: Sequence[Order],
    pictures: Pictures,
    *,
    count: int,
    words: Mapping[str, str],
    key: str,
) -> None:
    """Draw the curves measured so far; ``count`` is the number of steps, ``words`` has ``class`` and ``label``.

    A byte per pixel and order travels once; every picture is put together in the browser.
    """
    data: dict[str, Any] = {
        "lines": [asdict(line) for line in lines],
        "orders": [
            {
                "name": each.name,
                "title": each.title,
                "colour": each.colour,
                "areas": each.areas,
                "steps": "" if each.steps is None else packed(each.steps, "u1"),
            }
            for each in orders
        ],
        **asdict(pictures),
        "count": count,
        **words,
    }
    _mount(key=key, data=data)
