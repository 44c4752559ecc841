"""A picture, its ten scores and what becomes of them: templates, score bars, softmax, loss and gradient, row by row.

The temperature is slid in the browser, which recomputes the probabilities at once and tells the server when it rests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.images import Image
from cnnviz.scores.written import Row
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_JS = script("packing", "settling", "scoreboard_paint", "scoreboard")
_mount = component("scoreboard", html='<div class="root"></div>', css=style("scoreboard"), js=_JS)
COLDEST, HOTTEST = 0.01, 100.0


@dataclass(frozen=True)
class Seen:
    """What a linear classifier sees: the picture ``(32, 32, 3)``, templates, and the terms of the sum in view.

    ``templates`` are uint8 ``(C, 32, 32, 3)`` pictures, or signed numbers ``(C, 32, 32)``; ``terms`` are the products
    summed over colours ``(32, 32)``; ``told`` is the sum in words, one line each.
    """

    picture: Image
    templates: NDArray[Any]
    terms: NDArray[np.float64]
    told: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """Rows with their scores, the row of the true class, the row in view, and the temperature."""

    rows: tuple[Row, ...]
    label: int
    watched: int
    temperature: float
    seen: Seen | None = None


def scoreboard(
    board: Board,
    *,
    key: str,
    on_pick: Callable[[], None],
    on_label: Callable[[], None],
    on_edit: Callable[[], None],
    on_heat: Callable[[], None],
) -> None:
    """Draw the board. Callbacks: a row was clicked, called true, given another score; the temperature came to rest."""
    data = {
        "rows": [{"name": row.name, "score": row.score, "count": row.count} for row in board.rows],
        "label": board.label,
        "watched": board.watched,
        "temperature": board.temperature,
        "range": [COLDEST, HOTTEST],
        "seen": _message(board.seen),
        "generation": state.generation(),
    }
    _mount(
        key=key, data=data, on_picked_change=on_pick, on_label_change=on_label, on_edit_change=on_edit,
        on_heat_change=on_heat,
    )  # fmt: skip


def _message(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    coloured = seen.templates.dtype == np.uint8
    return {
        "picture": packed(seen.picture, "u1"),
        "templates": packed(seen.templates if coloured else levels(seen.templates), "u1" if coloured else "i1"),
        "coloured": coloured,
        "terms": packed(levels(seen.terms[None]), "i1"),
        "most": float(np.abs(seen.terms).max()),
        "told": list(seen.told),
    }


def levels(planes: NDArray[Any]) -> NDArray[np.int8]:
    """Signed numbers as −127 … 127, each plane to its own largest."""
    most = np.abs(planes).reshape(len(planes), -1).max(axis=1)[:, None, None]
    return np.rint(127 * planes / np.where(most > 0, most, 1)).astype(np.int8)


def clicked(key: str, event: str, rows: int) -> int | None:
    """The row that was clicked (``picked``) or called true (``label``) just now."""
    found = getattr(state.get(key), event, None)
    return found if type(found) is int and 0 <= found < rows else None


def edited(key: str, rows: int) -> tuple[int, float] | None:
    """Row and new score that were written just now."""
    found = getattr(state.get(key), "edit", None)
    if not isinstance(found, dict) or type(found.get("row")) is not int or not 0 <= found["row"] < rows:
        return None
    value = _number(found.get("value"))
    return None if value is None else (found["row"], max(-1e6, min(1e6, value)))


def heat(key: str) -> float | None:
    """The temperature at which the slider came to rest just now."""
    value = _number(getattr(state.get(key), "heat", None))
    return None if value is None else min(HOTTEST, max(COLDEST, value))


def _number(value: object) -> float | None:
    """A finite number, or nothing: what a browser sends is not trusted."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if known and isinstance(value, int | float) else None
