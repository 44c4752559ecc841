"""Heat maps over a picture, side by side, coloured in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import table
from cnnviz.ui import state
from cnnviz.ui.components.offline import document
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root">
<div class="panels"></div>
<form aria-label="How the heat map is drawn">
<label>Opacity <input type="range" name="opacity" min="0" max="1" step="0.05"></label>
<label>Colours <select name="colours"></select></label>
<label><input type="checkbox" name="signed"> What speaks against it, too</label>
<label><input type="checkbox" name="smooth"> Smooth</label>
<label hidden>Layer <input type="range" name="depth" min="0" step="1"></label>
</form></div>"""

SEQUENTIAL, SIGNED = ("inferno", "viridis", "cividis"), "RdBu_r"
_SCRIPTS = ("packing", "heat", "heatmap")
_mount = component("heatmap", html=_HTML, css=style("heatmap"), js=script(*_SCRIPTS))


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


@dataclass(frozen=True)
class Depth:
    """A slider through the layers, the first one left; ``layer`` in the component's state is the one asked for."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    at: int
    on_layer: Callable[[], None]


def scene(picture: str, *, size: tuple[int, int], view: View) -> dict[str, Any]:
    """What every component that draws maps over a picture (a data address) of ``size`` (height, width) needs."""
    return {
        "picture": picture,
        "size": size,
        "tables": {name: packed(table(name), "u1") for name in (*SEQUENTIAL, SIGNED)},
        "signedTable": SIGNED,
        "view": asdict(view),
    }


def heatmaps(
    panels: Sequence[Panel],
    picture: str,
    *,
    size: tuple[int, int],
    view: View,
    key: str,
    on_view: Callable[[], None],
    depth: Depth | None = None,
) -> None:
    """Draw the panels over ``picture`` (a data address) of ``size`` (height, width), with a slider if there is a depth.

    ``on_view`` is called when the drawing was changed; ``view`` in the state of ``key`` then says how.
    """
    data = _message(panels, picture, size=size, view=view)
    more: dict[str, Any] = {}
    if depth is not None:
        data["depth"] = {"names": depth.names, "titles": depth.titles, "at": depth.at}
        more["on_layer_change"] = depth.on_layer
    _mount(key=key, data=data, default={"view": asdict(view)}, on_view_change=on_view, **more)


def standalone(panels: Sequence[Panel], picture: str, *, size: tuple[int, int], view: View, title: str) -> bytes:
    """The same figure as an HTML file that needs neither server nor network, for slides."""
    data = _message(panels, picture, size=size, view=view)
    return document(title, html=_HTML, css=style("heatmap"), js=script(*_SCRIPTS), data=data)


def _message(panels: Sequence[Panel], picture: str, *, size: tuple[int, int], view: View) -> dict[str, Any]:
    maps = [panel.message() for panel in panels]
    return {"maps": maps, **scene(picture, size=size, view=view), "generation": state.generation()}
