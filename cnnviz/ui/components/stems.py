"""Signed numbers as bars over a number line, a row per quantity, and a table of all numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui import state
from cnnviz.ui.components.batch import Row, numbers
from cnnviz.ui.components.source import component, script, style

Array = NDArray[np.float64]
_HTML = """<div class="batch"><svg role="img"></svg>
<div class="pane" tabindex="0" role="region" aria-label="All numbers">
<table><thead></thead><tbody></tbody></table></div></div>"""
_mount = component("stems", html=_HTML, css=style("batch") + style("stems"), js=script("axes", "batch_table", "stems"))


def stems(at: Array, rows: Sequence[Row], *, key: str, label: str, on_edit: Callable[[], None]) -> None:
    """Draw a bar per number of each row ``(N, 1)`` over the places ``at`` ``(N,)`` of the examples.

    Numbers of the first row can be written in the table (:func:`cnnviz.ui.components.batch.edited`).
    """
    data = {
        "at": [float(f"{v:.7g}") for v in at],
        "rows": [{"title": r.title, "words": r.words, "colour": r.colour, "values": numbers(r.values)} for r in rows],
        "label": label,
        "generation": state.generation(),
    }
    _mount(key=key, data=data, on_edit_change=on_edit)
