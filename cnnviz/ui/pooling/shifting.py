"""How far does a shift move the output? The measured section of the pooling lecture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arithmetic.shifts import WAYS, BadMove, Moved, signal, whole_steps
from cnnviz.data.samples import SAMPLES
from cnnviz.ui import cache, state
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.shifts import View, shifts
from cnnviz.ui.controls import choose
from cnnviz.ui.pooling.controls import Pooled
from cnnviz.ui.pooling.input import picture

Array = NDArray[np.float64]
MEASURES = ("distance", "undone")
SHIFTS = 9
TITLE = "How far does a shift move the output?"
CLAIM = (
    "Deck D4: pooling makes the answer *approximately the same* when the input moves a little. Measured here, with the "
    "window and the step from above."
)


@dataclass(frozen=True)
class Measured:
    """What was moved, how it was pooled, and every way's measurement."""

    x: Array
    kernel: tuple[int, int]
    stride: tuple[int, int]
    ways: tuple[Moved, ...]

    def of(self, way: str) -> Moved:
        """The measurement of one way."""
        return next(moved for moved in self.ways if moved.way == way)


def section(shown: Pooled) -> None:
    """Choose what moves, and draw the curves of all ways with the lecture's window and step."""
    st.subheader(TITLE, anchor=False)
    left, middle, right = st.columns([3, 3, 6], vertical_alignment="bottom")
    with left:
        source = choose(
            "What moves",
            ["input", "signal", *SAMPLES],
            key="shift-of",
            default="digit",
            title=_title,
            help="What is pushed to the right before it is pooled.",
        )
    with middle:
        taps = choose(
            "Blur of “max, then blur”",
            list("234567"),
            key="shift-blur",
            default="3",
            title=_taps,
            help="Weights that smooth the maxima before every second is kept; it moves that one curve.",
        )
    right.markdown(CLAIM)
    try:
        measured = measure(shown, source, int(taps))
    except BadMove as refused:
        st.warning(f"{str(refused)[:1].upper()}{str(refused)[1:]}.")
        return
    curves = [(_name(moved.way, measured), moved) for moved in measured.ways]
    shifts(measured.x[0], curves, view=view(), key="shifts", on_view=keep_view)
    st.markdown(reading(measured, view().by))


def _title(source: str) -> str:
    plain = {"input": "the input above", "signal": "a drawn signal"}
    return plain.get(source) or f"picture: {SAMPLES[source].title}"


def _taps(taps: str) -> str:
    rows = {"2": "[1 1]", "3": "[1 2 1]", "4": "[1 3 3 1]", "5": "[1 4 6 4 1]"}
    return f"{taps} taps {rows.get(taps, '')}".strip()


def _name(way: str, measured: Measured) -> str:
    step = measured.stride[1]
    ordinal = {1: "", 2: "2nd ", 3: "3rd "}.get(step, f"{step}th ")
    return f"every {ordinal}value" if way == "strided" else WAYS[way]


def measure(shown: Pooled, source: str, taps: int) -> Measured:
    """Move the source and measure every way; cached. Raises :class:`cnnviz.arithmetic.shifts.BadMove`."""
    layer = shown.layer
    kernel, stride = ((2, 2), (2, 2)) if shown.whole else (layer.kernel, layer.stride)
    x = shown.x if source == "input" else signal() if source == "signal" else picture(source, 64).values
    if x.shape[1] == 1:
        kernel, stride = (1, kernel[1]), (1, stride[1])
    x = whole_steps(x, stride)
    ways = cache.moved(x, cache.digest(x.tobytes() + repr(x.shape).encode()), kernel=kernel, stride=stride, blur=taps)
    return Measured(x, kernel, stride, ways)


def view() -> View:
    """What is shown, from the link or from what was set in the browser."""
    default = View()
    return View(
        by=int(state.linked("shift", str(default.by), [str(by) for by in range(SHIFTS)])),
        way=state.linked("shift-way", default.way, WAYS),
        measure=state.linked("shift-distance", default.measure, MEASURES),
    )


def keep_view() -> None:
    """Take over what was set in the browser, so that the link follows; a callback."""
    told = getattr(state.get("shifts"), "view", None)
    told = told if isinstance(told, dict) else {}
    for key, name in (("shift", "by"), ("shift-way", "way"), ("shift-distance", "measure")):
        if isinstance(told.get(name), str | int):
            state.put(key, str(told[name]))


def reading(measured: Measured, by: int) -> str:
    """What the curves say, in three sentences with their numbers."""
    step = measured.stride[1]
    largest, blurred, nothing = (measured.of(way).distance[by] for way in ("max", "blur", "nothing"))
    window = f"{measured.kernel[0]}×{measured.kernel[1]}"
    there = (
        f"- Moved by {by}, the input itself is **{percent(nothing)}** away from where it was (‖moved − still‖ / "
        f"‖still‖); its {window} max pooling **{percent(largest)}**, blurred before the steps **{percent(blurred)}** "
        "(Zhang 2019)."
    )
    along = (
        "- With a step of 1 the output moves exactly as the input does: moved along, **0\N{NO-BREAK SPACE}%** is left."
    )
    if step > 1:
        along = (
            f"- A move by {step} moves the output by exactly one cell: moved along, **0\N{NO-BREAK SPACE}%** is left. "
        )
        along += "Moves in between do not: what lay under one window is then split between two."
    never = "- **Global** pooling does not change at all. What leaves on the right comes back on the left here."
    return f"{there}\n{along}\n{never}"
