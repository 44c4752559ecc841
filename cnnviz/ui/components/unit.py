"""One unit enlarged: its map over the photo, the pixels that the pointed-at answer sees, and its kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import table
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="unit">
<div class="picture"><img alt=""><canvas class="map" role="img" tabindex="0"></canvas>
<i class="field"></i><i class="cell"></i></div>
<output class="read" aria-live="polite"></output>
<form aria-label="How the map is drawn"><label>Map <input type="range" name="opacity" min="0" max="1" step="0.05"
 value="0.6" aria-label="Opacity of the map over the photo"></label>
<label class="sign"><input type="checkbox" name="signed" checked> Negative answers too</label>
<label><input type="checkbox" name="smooth"> Smooth</label></form>
<figure class="kernel"><canvas role="img" tabindex="0"></canvas><figcaption></figcaption></figure>
<img class="best" alt=""></div>"""
_mount = component("unit", html=_HTML, css=style("unit"), js=script("packing", "raster", "heat", "unit_kernel", "unit"))
MOST = 512  # input channels of a kernel that are drawn


@dataclass(frozen=True, eq=False)
class Unit:
    """What is shown of a unit.

    ``map`` float32 ``(h, w)`` lies over ``box`` of the picture; ``peak`` is its strongest place. ``rows`` and
    ``columns`` are jump, start and size of its receptive field in a view of ``view`` (height, width). ``kernel`` is
    ``(in, kh, kw)``, ``colour`` if over red, green and blue. ``reach`` is what it sees in words. ``patches`` is
    the data address of its best patches side by side, if they have been found.
    """

    key: str
    label: str
    map: NDArray[np.float32]
    box: tuple[int, int, int, int]
    view: tuple[int, int]
    peak: tuple[int, int]
    rows: tuple[int, int, int]
    columns: tuple[int, int, int]
    reach: str
    kernel: NDArray[np.float32] | None = None
    kernel_label: str = ""
    colour: bool = False
    signed: bool = False
    patches: str = ""
    tables: tuple[str, str] = field(default=("inferno", "RdBu_r"))

    def message(self) -> dict[str, Any]:
        """What travels to the browser."""
        rows, columns = self.map.shape
        told: dict[str, Any] = {
            "key": self.key,
            "label": self.label,
            "map": {"rows": rows, "columns": columns, "box": self.box, "values": packed(self.map, "<f4")},
            "view": self.view,
            "peak": self.peak,
            "field": {"rows": self.rows, "columns": self.columns, "words": self.reach},
            "signed": self.signed,
            "tables": [packed(table(name), "u1") for name in self.tables],
            "patches": self.patches,
            "kernel": None,
        }
        if self.kernel is not None:
            shown = self.kernel[:MOST]
            told["kernel"] = {
                "channels": shown.shape[0],
                "rows": shown.shape[1],
                "columns": shown.shape[2],
                "values": packed(shown, "<f4"),
                "colour": self.colour,
                "label": self.kernel_label,
            }
        return told


def unit(shown: Unit, picture: str, *, size: tuple[int, int], key: str) -> None:
    """Draw a unit over ``picture`` (a data address) of ``size`` (height, width)."""
    _mount(key=key, data={"unit": shown.message(), "picture": picture, "size": size})
