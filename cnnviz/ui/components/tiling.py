"""The padded input as a grid, the windows that tile it, and what comes out: drawn in the browser from six numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnviz.ui.components.source import component, script, style

if TYPE_CHECKING:
    from cnnviz.arithmetic import Fit, Sizes

_HTML = """<div class="tiling"><ul></ul><svg role="img" tabindex="0"></svg>
<div class="foot"><output aria-live="polite"></output><button type="button">Picture (PNG)</button></div></div>"""
SHARE = 0.47  # of the window's height, at most: the drawing ends above the fold at 1280×800
_mount = component("tiling", html=_HTML, css=style("tiling"), js=script("tiling_geometry", "tiling"))


def tiling(found: Sizes, *, legend: Sequence[tuple[str, str]], alt: str, key: str) -> None:
    """Draw both axes. ``legend`` has a kind (input, padding, window, result, dropped, skipped, overhang) and a text."""
    data = {
        "axes": [_axis(found.rows), _axis(found.columns)],
        "refused": found.size is None,
        "legend": [list(entry) for entry in legend],
        "alt": alt,
        "share": SHARE,
        "file": "windows.png",
    }
    _mount(key=key, data=data)


def _axis(axis: Fit) -> dict[str, Any]:
    window = axis.window
    return {
        "n": axis.n,
        "before": axis.padding[0],
        "after": axis.padding[1],
        "k": window.k,
        "stride": window.stride,
        "dilation": window.dilation,
        "size": axis.size,
        "exact": axis.exact,
        "whole": axis.fits,
        "dropped": axis.dropped,
        "overhang": axis.overhang,
    }
