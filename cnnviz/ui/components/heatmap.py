"""Heat maps over a picture, side by side, coloured in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import table
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root">
<div class="panels"></div>
<form aria-label="How the heat map is drawn">
<label>Opacity <input type="range" name="opacity" min="0" max="1" step="0.05"></label>
<label>Colours <select name="colours"></select></label>
<label><input type="checkbox" name="signed"> Show what speaks against it</label>
<label><input type="checkbox" name="smooth"> Smooth</label>
</form></div>"""

SEQUENTIAL, SIGNED = ("inferno", "viridis", "cividis"), "RdBu_r"
_mount = component("heatmap", html=_HTML, css=style("heatmap"), js=script("packing", "heatmap"))


@dataclass(frozen=True)
class View:
    """How the map is drawn: the state that the browser keeps and the downloads follow."""

    opacity: float = 0.55
    colours: str = "inferno"
    signed: bool = False
    smooth: bool = True


@dataclass(frozen=True)
class Panel:
    """One map: float32 ``(rows, columns)`` over ``box`` (top, left, height, width in pixels of the picture)."""

    title: str
    note: str
    alt: str
    values: NDArray[np.float32]
    box: tuple[float, float, float, float]

    def message(self) -> dict[str, Any]:
        """What travels to the browser: 4 bytes per cell."""
        rows, columns = self.values.shape
        values = packed(self.values, "<f4")
        return {
            "title": self.title,
            "note": self.note,
            "alt": self.alt,
            "values": values,
            "rows": rows,
            "columns": columns,
            "box": self.box,
        }


def heatmaps(
    panels: Sequence[Panel], picture: str, *, size: tuple[int, int], view: View, key: str, on_view: Callable[[], None]
) -> None:
    """Draw the panels over ``picture`` (a data address) of ``size`` (height, width)."""
    tables = {name: packed(table(name), "u1") for name in (*SEQUENTIAL, SIGNED)}
    data = {
        "maps": [p.message() for p in panels],
        "picture": picture,
        "size": size,
        "tables": tables,
        "signedTable": SIGNED,
        "view": asdict(view),
        "generation": state.generation(),
    }
    _mount(key=key, data=data, default={"view": asdict(view)}, on_view_change=on_view)
