"""A table of small pictures: one column per class, one row per moment, a number below each where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.data.images import Image
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_mount = component("tiles", html='<div class="root"></div>', css=style("tiles"), js=script("packing", "tiles"))


def tiles(
    pixels: Image,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    captions: Sequence[Sequence[str]] = (),
    label: str,
    key: str,
) -> None:
    """Draw ``pixels`` ``(R, C, H, W, 3)``; ``label`` says in words what they are."""
    data = {
        "pixels": packed(pixels, "u1"),
        "size": [pixels.shape[3], pixels.shape[2]],
        "rows": list(rows),
        "columns": list(columns),
        "captions": [list(row) for row in captions],
        "label": label,
    }
    _mount(key=key, data=data)
