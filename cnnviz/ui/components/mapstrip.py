"""Maps in one frame, side by side: each with its name, its numbers and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.figures.colours import table
from cnnviz.trust.packing import Packed
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="mapstrip"><div class="frames"></div>
<form aria-label="How the maps are drawn"><label>Opacity of the maps
<input type="range" name="opacity" min="0" max="1" step="0.05"></label><span class="key"></span></form></div>"""
_mount = component("mapstrip", html=_HTML, css=style("mapstrip"), js=script("packing", "raster", "mapstrip"))


@dataclass(frozen=True)
class Frame:
    """One map over the picture: title, a number beside it, lines of text under it, and the map in words.

    ``signed`` maps are blue and red about zero; ``values`` None leaves the frame to its text.
    """

    title: str
    number: str
    lines: tuple[str, ...]
    alt: str
    values: Packed | None
    signed: bool = True


def mapstrip(
    frames: Sequence[Frame], picture: str, *, size: tuple[int, int], narrow: bool, opacity: float, key: str
) -> None:
    """Draw ``frames`` over ``picture`` (a data address) of ``size`` (height, width); ``narrow`` ones get small text."""
    data = {
        "frames": [
            {
                "title": each.title,
                "number": each.number,
                "lines": each.lines,
                "alt": each.alt,
                "signed": each.signed,
                "values": each.values.text if each.values else "",
                "rows": each.values.rows if each.values else 0,
                "columns": each.values.columns if each.values else 0,
            }
            for each in frames
        ],
        "picture": picture,
        "size": size,
        "narrow": narrow,
        "opacity": opacity,
        "tables": {name: packed(table(name), "u1") for name in ("inferno", "RdBu_r")},
    }
    _mount(key=key, data=data)
