"""All maps or kernels of a layer on one canvas: hundreds of small pictures, sent as bytes, coloured there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.features.sheets import quantized, shrunk
from cnnviz.figures.colours import table
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="sprites">
<form aria-label="How the units are shown">
<label>Show <select name="show"></select></label>
<label>One colour scale per <select name="scale"></select></label>
<label>Sort by <select name="order"></select></label>
<label>Size <input type="range" name="size" min="20" max="160" step="4"></label>
</form>
<div class="scroll"><div class="all"></div><canvas tabindex="0" role="img"></canvas></div>
<div class="below"><output class="read" aria-live="polite"></output>
<span class="scale"><span class="low"></span>
<canvas class="ramp" aria-hidden="true"></canvas><span class="high"></span></span></div>
</div>"""
_mount = component(
    "sprites",
    html=_HTML,
    css=style("sprites"),
    js=script("packing", "heat", "settling", "sprites_atlas", "sprites_layout", "sprites"),
)
SCALES = {"unit": "unit", "layer": "layer", "network": "network"}


@dataclass(frozen=True)
class View:
    """How the sheet is drawn: kept by the browser, written into the link."""

    show: str = "maps"
    scale: str = "unit"
    order: str = "stored"


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is on a sheet: maps float32 ``(C, h, w)``, perhaps kernels ``(C, 3 or 1, kh, kw)``, and their orders.

    ``span`` is the range of all layers; ``orders`` are (title, units in that order) by name; ``label`` its text
    equivalent; ``key`` tells whether a sheet is another one.
    """

    key: str
    label: str
    maps: NDArray[np.float32]
    span: tuple[float, float]
    orders: Mapping[str, tuple[str, NDArray[np.int64]]]
    means: NDArray[np.float64]
    kernels: NDArray[np.float32] | None = None
    kernel_words: str = "kernels"
    tables: tuple[str, str] = field(default=("viridis", "RdBu_r"))

    def message(self) -> dict[str, Any]:
        """What travels to the browser: a byte per cell, and ten numbers per unit."""
        small, _, _ = quantized(kept := shrunk(self.maps))
        ends = {"low": kept.min((1, 2)), "high": kept.max((1, 2))}
        told = {name: packed(values, "<f4") for name, values in ends.items()}
        return {
            "key": self.key,
            "label": self.label,
            "units": len(self.maps),
            "rows": small.shape[1],
            "columns": small.shape[2],
            "maps": packed(small, "u1"),
            "span": self.span,
            "signed": bool(self.maps.min() < 0),
            "means": packed(self.means, "<f4"),
            "peaks": packed(self.maps.max((1, 2)), "<f4"),
            "orders": {name: [title, packed(units, "<u2")] for name, (title, units) in self.orders.items()},
            "tables": [packed(table(name), "u1") for name in self.tables],
            "kernels": None if self.kernels is None else _kernels(self.kernels, self.kernel_words),
            **told,
        }


def _kernels(weights: NDArray[np.float32], words: str) -> dict[str, Any]:
    _, channels, rows, columns = weights.shape
    values = packed(weights, "<f4")
    return {"channels": channels, "rows": rows, "columns": columns, "values": values, "words": words}


def sprites(
    message: Mapping[str, Any],
    *,
    view: View,
    chosen: int,
    key: str,
    on_view: Callable[[], None],
    on_pick: Callable[[], None],
) -> None:
    """Draw a sheet's ``message``. The text of the number of a unit that is clicked is then ``picked`` in ``key``."""
    data = {"sheet": message, "view": asdict(view), "chosen": chosen, "generation": state.generation()}
    _mount(key=key, data=data, default={"view": asdict(view)}, on_view_change=on_view, on_picked_change=on_pick)
