"""Which filter wins each place: a map in the colours of the winners, and the list of winners with their mean maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cnnviz.figures.colours import CATEGORIES, table
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="winners"><figure><canvas class="best" role="img" tabindex="0"></canvas>
<output class="read" aria-live="polite"></output>
<form><label><input type="checkbox" name="sure" checked>
Paler where the winner changes from picture to picture</label></form></figure>
<ol class="list"></ol></div>"""
_mount = component(
    "winners", html=_HTML, css=style("winners"), js=script("packing", "raster", "heat", "solo", "winners")
)


@dataclass(frozen=True)
class Winner:
    """One row of the list: a filter, its share of all cells, and the range of its mean map, if that is sent."""

    unit: int
    share: float
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Winning:
    """``best`` base64 of int16 ``(rows, columns)``, -1 nobody; ``sure`` of bytes; ``means`` of ``small`` bytes each."""

    label: str
    rows: int
    columns: int
    best: str
    sure: str
    small: tuple[int, ...]
    means: str
    winners: Sequence[Winner]
    silent: float

    def message(self) -> dict[str, Any]:
        """What travels to the browser."""
        told = {**asdict(self), "winners": [asdict(each) for each in self.winners]}
        return told | {"colours": CATEGORIES, "table": packed(table("viridis"), "u1")}


def winners(shown: Winning, *, key: str) -> None:
    """Draw it."""
    _mount(key=key, data=shown.message())
