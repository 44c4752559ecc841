"""A block of numbers (pictures × channels × cells) with those that share a mean in colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="blocks"></div>'
_mount = component("block", html=_HTML, css=style("block"), js=script("axes", "block"))


def blocks(
    items: Sequence[tuple[str, str, NDArray[np.bool_]]], *, chosen: int, cells: int, label: str, key: str
) -> None:
    """Draw titled blocks; an item is title, words and which (picture, channel) ``(N, C)`` are coloured.

    ``cells`` are the numbers along the third axis (H·W). The item ``chosen`` is drawn with a frame.
    """
    data = {
        "items": [{"title": t, "words": w, "members": m.astype(int).tolist()} for t, w, m in items],
        "chosen": chosen,
        "cells": cells,
        "label": label,
    }
    _mount(key=key, data=data)
