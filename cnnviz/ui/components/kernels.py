"""The kernels of a layer as tiles, of one network or of two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="kernels"><div class="groups"></div>
<form><label><input type="checkbox" name="same"> One scale for all kernels</label></form>
<output class="read"></output></div>"""
_mount = component("kernels", html=_HTML, css=style("kernels"), js=script("packing", "raster", "axes", "kernels"))


@dataclass(frozen=True)
class Kernels:
    """Weights ``(count, channels, height, width)`` under a title; not finite ones are drawn as zero."""

    title: str
    weights: NDArray[np.floating]

    def message(self) -> dict[str, object]:
        """What travels to the browser: 4 bytes per weight."""
        count, channels, height, width = self.weights.shape
        over = "3 colours" if channels == 3 else f"{channels} channels"
        return {
            "title": self.title,
            "label": f"{self.title}: {count} kernels of {height}×{width} over {over}.",
            "count": count,
            "channels": channels,
            "height": height,
            "width": width,
            "values": packed(np.nan_to_num(self.weights, posinf=0, neginf=0), "<f4"),
        }


def kernels(groups: Sequence[Kernels], *, key: str) -> None:
    """Draw each kernel as a tile. Over three colours it has their colours, gray is zero; else red is positive."""
    _mount(key=key, data={"groups": [group.message() for group in groups]})
