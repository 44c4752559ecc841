"""A batch on its way through some steps: a number line per step, linked dot to dot, and a table of all numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui import state
from cnnviz.ui.components.source import component, script, style

Array = NDArray[np.float64]
_HTML = '<div class="batch"></div>'
_mount = component("batch", html=_HTML, css=style("batch"), js=script("axes", "batch_table", "batch"))


@dataclass(frozen=True)
class Row:
    """One step: its title, words for it, its colour, and the numbers ``(N, D)`` after it."""

    title: str
    words: str
    colour: str
    values: Array


@dataclass(frozen=True)
class Rule:
    """How the rows follow from the first, so that a dragged dot moves all of them before the server has answered.

    ``gamma`` and ``beta`` ``(D,)``; ``mean`` and ``variance`` are given where they do not come from the batch.
    """

    gamma: Array
    beta: Array
    eps: float
    mean: Array | None = None
    variance: Array | None = None


@dataclass(frozen=True)
class Edit:
    """A number that the student dragged or wrote: example ``index`` of feature ``feature``."""

    index: int
    feature: int
    value: float


def batch(
    rows: Sequence[Row],
    *,
    key: str,
    label: str,
    one_scale: bool = True,
    rule: Rule | None = None,
    marked: int | None = None,
    on_edit: Callable[[], None] | None = None,
) -> None:
    """Draw ``rows``, all on one scale or each on its own; the example ``marked`` stands out.

    The first can be edited if there is ``on_edit``.
    """
    data = {
        "rows": [{"title": r.title, "words": r.words, "colour": r.colour, "values": numbers(r.values)} for r in rows],
        "shared": one_scale,
        "rule": None if rule is None else {name: _plain(value) for name, value in vars(rule).items()},
        "marked": marked,
        "editable": on_edit is not None,
        "label": label,
        "generation": state.generation(),
    }
    _mount(key=key, data=data, on_edit_change=on_edit or _nothing)


def numbers(values: Array) -> list[list[float | None]]:
    """``(N, D)`` as a list per feature, with nothing where there is no number."""
    return [[float(f"{v:.7g}") if math.isfinite(v) else None for v in feature] for feature in values.T]


def _plain(value: Array | float | None) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _nothing() -> None:
    """The component reports only what has a callback."""


def edited(key: str) -> Edit | None:
    """What was written into the figure ``key``, in its callback; nothing if it is no number that can be shown."""
    told = getattr(state.get(key), "edit", None)
    if not isinstance(told, dict):
        return None
    index, feature, value = (told.get(name) for name in ("index", "feature", "value"))
    if not (isinstance(index, int) and isinstance(feature, int) and isinstance(value, int | float)):
        return None
    if index < 0 or feature < 0 or not math.isfinite(value) or abs(value) > 1e6:
        return None
    return Edit(index, feature, float(value))
