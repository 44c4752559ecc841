"""Two maps in one picture: both in two colours, and their difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.ui.components.heatmap import Panel
from cnnviz.ui.components.source import component, script, style

COLOURS = ("#56B4E9", "#E69F00")
"""Sky blue and orange of Okabe & Ito: apart for every eye, and both bright enough over a gray photograph."""
_FIGURE = """<figure><figcaption></figcaption><div class="picture"><img alt="">
<canvas class="pair" role="img" tabindex="0"></canvas></div></figure>"""
_HTML = f"""<div class="root"><div class="panels">{_FIGURE}{_FIGURE}</div>
<div class="legend"><span><i></i><b></b></span><span><i></i><b></b></span><span><i class="mixed"></i><b></b></span>
<span></span></div>
<form><label><input type="checkbox" name="same" checked> One scale for both classes</label></form>
<output></output></div>"""
_mount = component("duet", html=_HTML, css=style("duet"), js=script("packing", "heat", "duet"))


def duet(
    first: Panel,
    second: Panel,
    scene: Mapping[str, Any],
    *,
    captions: tuple[str, str],
    alts: tuple[str, str],
    key: str,
) -> None:
    """Draw two maps of the same cells on one scale; ``scene`` is :func:`~cnnviz.ui.components.heatmap.scene`'s."""
    data = {
        **scene,
        "maps": [first.message(), second.message()],
        "colours": COLOURS,
        "captions": captions,
        "alts": alts,
    }
    _mount(key=key, data=data)
