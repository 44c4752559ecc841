"""Which class a network takes for which, as a matrix, and how often it is right about each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="confusion"><div class="both"><div>
<div class="matrix"><canvas role="img" tabindex="0"></canvas><i class="cell" hidden></i></div>
<output class="read"></output>
<form><label><input type="checkbox" name="rows" checked> Share of each right class, in per cent</label></form></div>
<div><h4>Right, class by class</h4><ol tabindex="0" aria-label="Share of each class that is named right"></ol>
</div></div></div>"""
_mount = component("confusion", html=_HTML, css=style("confusion"), js=script("packing", "raster", "confusion"))


def confusion(
    counts: NDArray[np.integer],
    classes: Sequence[str],
    *,
    label: str,
    key: str,
    earlier: NDArray[np.integer] | None = None,
) -> None:
    """Draw ``counts`` (right class, given class). With those of an ``earlier`` run, a line marks its shares."""
    data = {
        "counts": packed(counts, "<i4"),
        "classes": list(classes),
        "label": label,
        "earlier": None if earlier is None or earlier.shape != counts.shape else shares(earlier),
    }
    _mount(key=key, data=data)


def shares(counts: NDArray[np.integer]) -> list[float | None]:
    """The share of each class that was named right; None for a class without images."""
    totals = counts.sum(axis=1)
    return [
        round(float(right) / int(total), 4) if total else None
        for right, total in zip(counts.diagonal(), totals, strict=True)
    ]
