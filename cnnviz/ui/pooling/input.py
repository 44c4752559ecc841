"""What is pooled: the student's numbers, random ones, or a sample picture as pixels; and edits of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.images import thumbnail
from cnnviz.data.samples import SAMPLES
from cnnviz.params import param
from cnnviz.ui import cache, state
from cnnviz.ui.components.window import edited
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.plain import quoted
from cnnviz.ui.typed import BadNumbers, number

Array = NDArray[np.float64]
CS231N = "1 1 2 4; 5 6 7 8; 3 2 1 0; 1 2 3 4"
SOURCES = ("numbers", "random", *SAMPLES)
LONGEST, SIDE, CHANNELS = 3000, 32, 4  # characters in a link; rows, columns and channels of a matrix
PIXELS = 32
WRITING = (
    "Numbers: a row per line or between semicolons, a space or comma between numbers, | between channels. "
    "Or write into a cell of the figure."
)
EDITABLE = 256  # cells: more would not fit a link


@dataclass(frozen=True)
class Random:
    """How large a random input is, and which one."""

    seed: int = param(0, low=0, high=99, help="Another number, another input; the same number, the same input.")
    rows: int = param(6, low=1, high=16, help="How high the input is.")
    columns: int = param(6, low=1, high=16, help="How wide the input is.")
    channels: int = param(1, low=1, high=4, help="Each channel is pooled by itself.")


@dataclass(frozen=True)
class Given:
    """An input ``(C, H, W)``, where it comes from, and the Python lines that make it as ``x`` with numpy as ``np``."""

    values: Array
    source: str
    title: str
    code: str

    @property
    def picture(self) -> bool:
        """Whether the numbers are the gray levels of a picture."""
        return self.source in SAMPLES

    @property
    def editable(self) -> bool:
        """Whether a number can be written into a cell and still fit the link."""
        return not self.picture and self.values.size <= EDITABLE


def choose_input() -> Given:
    """Draw the menu and what belongs to its choice; numbers that cannot be read are told in a sentence."""
    source = choose("Input", SOURCES, key="pool-input", default="numbers", title=_title, help=WRITING)
    if source == "random":
        with st.popover("Size and seed of the input", width="stretch"):
            return random(controls(Random, key="random"))
    if source in SAMPLES:
        return picture(source)
    text = state.linked("pool-numbers", CS231N, lambda text: len(text) <= LONGEST)
    st.text_area(
        "Numbers",
        key="pool-numbers",
        height=78,
        label_visibility="collapsed",
    )
    try:
        return numbers(text)
    except BadNumbers as refused:
        st.warning(f"{quoted(refused)}. Shown: CS231n's matrix.")
        return numbers(CS231N)


def _title(source: str) -> str:
    plain = {"numbers": "your numbers", "random": "random numbers"}
    return plain.get(source) or f"picture: {SAMPLES[source].title}"


def numbers(text: str) -> Given:
    """The matrix that ``text`` describes. Raises :class:`BadNumbers`."""
    values = parse(text)
    return Given(values, "numbers", "your numbers", f"x = np.array({_nested(values)}, dtype=float)")


def random(of: Random) -> Given:
    """Whole numbers from 0 to 9, the same for the same seed."""
    shape = (of.channels, of.rows, of.columns)
    values = np.random.default_rng(of.seed).integers(0, 10, shape).astype(np.float64)
    code = f"x = np.random.default_rng({of.seed}).integers(0, 10, {shape}).astype(float)"
    return Given(values, "random", "random numbers", code)


def picture(name: str, longest: int = PIXELS) -> Given:
    """The gray levels 0…255 of a sample picture, its longest side ``longest`` pixels."""
    values = np.rint(thumbnail(cache.sample_picture(name), longest).mean(axis=2))[None]
    code = (
        "from cnnviz.data.images import thumbnail\nfrom cnnviz.data.samples import sample\n\n"
        f'x = np.rint(thumbnail(sample("{name}"), {longest}).mean(axis=2))[None]'
    )
    return Given(values, name, f"the picture “{SAMPLES[name].title}”", code)


def parse(text: str) -> Array:
    """Read ``1 2; 3 4 | 5 6; 7 8`` as ``(C, H, W)``. Raises :class:`BadNumbers` with the sentence to show."""
    planes = [[row for row in re.split(r"[;\n]", plane) if row.strip(" ,\t\r")] for plane in text.split("|")]
    cells = [[[number(word) for word in re.split(r"[\s,]+", row.strip(" ,\t\r"))] for row in rows] for rows in planes]
    if not cells[0]:
        raise BadNumbers("There are no numbers: write a row per line, such as 1 2 3")
    shapes = {(len(plane), len(row)) for plane in cells for row in plane}
    if len(shapes) > 1 or not all(cells):
        raise BadNumbers("The rows are not equally long: give each row and each channel as many numbers as the first")
    height, width = shapes.pop()
    if max(height, width) > SIDE or len(cells) > CHANNELS:
        raise BadNumbers(f"That is too large to read: use at most {SIDE}×{SIDE} numbers and {CHANNELS} channels")
    return np.array(cells, dtype=np.float64)


def write(x: Array) -> str:
    """``(C, H, W)`` as the text that :func:`parse` reads."""
    return " | ".join("; ".join(" ".join(f"{v:g}" for v in row) for row in plane) for plane in x)


def _nested(x: Array) -> str:
    return (
        repr([[[float(f"{v:.6g}") for v in row] for row in plane] for plane in x])
        .replace(".0,", ",")
        .replace(".0]", "]")
    )


def keep_edit() -> None:
    """Take over a number that was written into a cell: it becomes part of the student's numbers; a callback."""
    edit = edited("pool")
    if edit is None or edit.which != "input":
        return
    values = _current().copy()
    if all(at < size for at, size in zip(edit.index, values.shape, strict=True)):
        values[edit.index] = edit.value
        state.put("pool-input", "numbers")
        state.put("pool-numbers", write(values))


def _current() -> Array:
    """The input on screen, read again in a callback."""
    if state.get("pool-input") == "random":
        default = Random()
        of = {
            name: state.get(f"random-{name}", getattr(default, name))
            for name in ("seed", "rows", "columns", "channels")
        }
        return random(Random(**of)).values
    try:
        return parse(str(state.get("pool-numbers", CS231N)))
    except BadNumbers:
        return parse(CS231N)
