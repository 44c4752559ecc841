"""What happens under a patch that visits the whole photo: score, drop and winning class as maps over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import CATEGORIES, table
from cnnviz.ui import state
from cnnviz.ui.components.occluder import Photo
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="maps"><div class="panels"></div><output class="read"></output>
<form aria-label="How the maps are drawn">
<label>Opacity <input type="range" name="opacity" min="0" max="1" step="0.05"></label></form></div>"""
_mount = component(
    "occluder_maps",
    html=_HTML,
    css=style("occluder_maps"),
    js=script("packing", "raster", "solo", "occluder_maps_paint", "occluder_maps"),
)
PROBABILITY, DROP = "viridis", "RdBu_r"
KEPT, OTHER = "#8A8A8A", "#FFFFFF"  # the class that wins without a patch; those for which no colour is left
# without purple and green beside the grey of KEPT, the first six differ for everyone; olive would be a second orange
HUES = tuple(CATEGORIES[k] for k in (0, 1, 8, 5, 4, 9, 3, 2))
HINT = "Point at a place: the patch is outlined, its numbers stand here. A click puts the patch there."


@dataclass(frozen=True)
class Swept:
    """Where the patch stood, and what the network then said: NaN where it has not been yet.

    ``tops`` ``(rows,)`` and ``lefts`` ``(columns,)`` are the corners of the patch in pixels of the view;
    ``probability`` ``(rows, columns)`` is the score under the patch, ``clean`` that of the photo alone; ``predicted``
    ``(rows, columns)`` the number of the class that wins, ``first`` the one that wins without a patch.
    """

    tops: Sequence[int]
    lefts: Sequence[int]
    patch: tuple[int, int]
    probability: NDArray[np.float32]
    clean: float
    predicted: NDArray[np.int64]
    first: int


def occluder_maps(
    photo: Photo,
    swept: Swept,
    *,
    target: str,
    names: Sequence[str],
    opacity: float,
    key: str,
    on_picked: Callable[[], None],
    on_opacity: Callable[[], None],
) -> None:
    """Draw the maps for the class called ``target``; ``names`` are the titles of all classes.

    A click tells ``picked``, (top, left) in the view; the slider tells ``opacity``; both in the state of ``key``.
    """
    known = np.isfinite(swept.probability)
    classes = legend(swept.predicted[known], swept.first)
    data = {
        "picture": photo.picture,
        "size": photo.size,
        "box": photo.box,
        "view": photo.view,
        "patch": swept.patch,
        "tops": list(swept.tops),
        "lefts": list(swept.lefts),
        "values": packed(swept.probability, "<f4"),
        "predicted": packed(swept.predicted, "<i2"),
        "clean": swept.clean,
        "target": target,
        "names": {str(k): names[k] for k in sorted({*swept.predicted[known].tolist(), swept.first})},
        "classes": [{"index": k, "colour": colour, "title": names[k] if k >= 0 else "others"} for k, colour in classes],
        "tables": {"probability": packed(table(PROBABILITY), "u1"), "drop": packed(table(DROP), "u1")},
        "titles": titles(swept, target, names),
        "marks": marks(swept),
        "hint": HINT,
        "opacity": opacity,
        "generation": state.generation(),
    }
    _mount(key=key, data=data, on_picked_change=on_picked, on_opacity_change=on_opacity)


def legend(predicted: NDArray[np.int64], first: int) -> list[tuple[int, str]]:
    """Classes with their colours: the one that wins without a patch in gray, then the most frequent; -1: the others."""
    found, counts = np.unique(predicted[predicted != first], return_counts=True)
    order = found[np.argsort(-counts, kind="stable")].tolist()
    shown = list(zip(order, HUES, strict=False))
    more = [(-1, OTHER)] if len(order) > len(HUES) else []
    return [(first, KEPT), *shown, *more]


def marks(swept: Swept) -> list[dict[str, Any] | None]:
    """The cells of the strongest drop and of the highest raise; none where there is no drop or no raise."""
    known = np.isfinite(swept.probability)
    if not known.any():
        return [None, None]
    drop = np.where(known, swept.clean - swept.probability, np.nan)
    low, high = int(np.nanargmax(drop)), int(np.nanargmin(drop))
    lowest, highest = float(drop.flat[low]), float(drop.flat[high])
    return [
        {"cell": low, "text": f"\N{MINUS SIGN}{lowest:.2f}"} if lowest > 0 else None,
        {"cell": high, "text": f"+{-highest:.2f}"} if highest < 0 else None,
    ]


def titles(swept: Swept, target: str, names: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Title, note and text equivalent of each map."""
    known = np.isfinite(swept.probability)
    scores = swept.probability[known]
    if not scores.size:
        scores = np.array([swept.clean], np.float32)
    drop = swept.clean - scores
    other = float(np.mean(swept.predicted[known] != swept.first)) if known.any() else 0.0
    return {
        "probability": (
            f"p({target}) under the patch",
            "",
            f"Map of the score of {target}: from {scores.min():.3f} to {scores.max():.3f}.",
        ),
        "drop": (
            "Drop: red needed, blue in the way",
            "",
            f"Map of the drop: at most {drop.max():.3f}, at least {drop.min():.3f}.",
        ),
        "predicted": (
            "The class that wins",
            "",
            f"Map of the winning class: {names[swept.first]} loses at {100 * other:.0f} percent of the places.",
        ),
    }
