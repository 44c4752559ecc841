"""The pooling lecture's controls and its figure: a window that slides, and where the gradient goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arithmetic.pooling import BadPooling, Patch, Pool, gradient, nearest, one_hot, padded, patch, pool, whole
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.components.window import Scene, clicked
from cnnviz.ui.components.window import window as slide
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.plain import quoted
from cnnviz.ui.pooling.examples import EXAMPLES, SAME
from cnnviz.ui.pooling.input import Given, choose_input, keep_edit
from cnnviz.ui.presets import note

Array = NDArray[np.float64]
Cell = tuple[int, int, int]
KINDS = {
    "max": "max: the largest number",
    "average": "average",
    "global-max": "global max: one window",
    "global-average": "global average: one window",
}
ROUTES = {"off": "hidden", "cell": "from this cell", "all": "from every cell"}


@dataclass(frozen=True)
class Sliding:
    """The window and how it moves."""

    window: int = param(2, low=1, high=8, label="window", help="How many cells high, and wide unless set apart.")
    step: int = param(
        2, low=1, high=6, label="window moves by", help="The stride. Smaller than the window: windows overlap."
    )
    border: int = param(
        0, low=0, high=4, label="border around the input", help="Padding: −∞ for a maximum, zeros for an average."
    )
    ceil: bool = param(
        False, label="keep the last, incomplete window", help="Rounds the output size up (PyTorch's ceil_mode)."
    )


@dataclass(frozen=True)
class Further:
    """What is seldom changed."""

    width: str = param(
        SAME, choices=(SAME, *"12345678"), label="window's width", help="The same as its height, or its own."
    )
    across: str = param(
        SAME, choices=(SAME, *"123456"), label="window moves across by", help="The same as downwards, or its own."
    )
    dilation: int = param(
        1, low=1, high=3, label="spread the window's cells", help="Dilation: only a maximum can have it in PyTorch."
    )
    count: bool = param(
        True, label="an average counts the border", help="Divide by the border's cells too (count_include_pad)."
    )


@dataclass(frozen=True)
class Pooled:
    """The state of the page, pooled: input, layer, output, the output cell in view, and the gradient's way.

    ``told`` is the sentence about what the controls asked for and could not be.
    """

    given: Given
    layer: Pool
    output: Array
    cell: Cell
    route: str
    whole: bool
    told: str

    @property
    def x(self) -> Array:
        """The input ``(C, H, W)``."""
        return self.given.values

    @cached_property
    def patch(self) -> Patch:
        """What lies under the window of the cell in view."""
        return patch(self.x, self.layer, self.cell)

    @cached_property
    def gradient(self) -> Array:
        """∂L/∂x for a gradient of 1 at every output cell, or at the one in view."""
        upstream = None if self.route == "all" else one_hot(self.x, self.layer, self.cell)
        return gradient(self.x, self.layer, upstream)


def choose_pooled() -> Pooled:
    """Draw the controls; what cannot be is told in a sentence, and the nearest that can be is drawn."""
    given = choose_input()
    kind = choose(
        "Keep of each window",
        list(KINDS),
        key="pool-kind",
        default="max",
        title=KINDS.__getitem__,
        help="What each number of the output is.",
    )
    is_whole, kind = kind.startswith("global-"), kind.removeprefix("global-")
    if is_whole:
        layer, told = whole(kind, given.values.shape), ""
    else:
        sliding = controls(Sliding, key="pool")
        with st.expander("More"):
            further = controls(Further, key="pool")
        layer, told = _fitting(_layer(kind, sliding, further), given)
    output = pool(given.values, layer)
    route = state.linked("pool-gradient", "off", ROUTES)  # its menu stands below the figure
    return Pooled(given, layer, output, _cell(output), route, is_whole, told)


def _layer(kind: str, sliding: Sliding, further: Further) -> Pool:
    width = sliding.window if further.width == SAME else int(further.width)
    across = sliding.step if further.across == SAME else int(further.across)
    return Pool(
        kind,
        (sliding.window, width),
        (sliding.step, across),
        (sliding.border, sliding.border),
        (further.dilation, further.dilation),
        ceil=sliding.ceil,
        count_padding=further.count,
    )


def _fitting(layer: Pool, given: Given) -> tuple[Pool, str]:
    """The layer, or the nearest that fits, and the sentence that tells why."""
    height, width = given.values.shape[1:]
    try:
        layer.size(height, width)
    except BadPooling as refused:
        drawn = nearest(layer, height, width)
        size = f"a window of {drawn.kernel[0]}×{drawn.kernel[1]}, a border of {drawn.padding[0]}×{drawn.padding[1]}"
        told = str(refused)
        return drawn, f"{told[:1].upper()}{told[1:]}. Drawn: {size}."
    return layer, ""


def _cell(output: Array) -> Cell:
    """The output cell in view: what was clicked, or what the link says, inside this output."""
    text = state.linked("pool-cell", "0,0,0", lambda text: bool(re.fullmatch(r"\d{1,3}(,\d{1,3}){2}", text)))
    at = [min(int(part), size - 1) for part, size in zip(text.split(","), output.shape, strict=True)]
    return at[0], at[1], at[2]


def keep_cell() -> None:
    """Take over the cell that was clicked; a callback."""
    cell = clicked("pool")
    if cell is not None:
        state.put("pool-cell", ",".join(map(str, cell)))


def draw(shown: Pooled) -> None:
    """The window sliding over the input."""
    full, border = padded(shown.x, shown.layer)
    scene = Scene(
        kind=shown.layer.kind,
        input=shown.x,
        padded=full,
        output=shown.output,
        kernel=shown.layer.kernel,
        stride=shown.layer.stride,
        padding=border,
        dilation=shown.layer.dilation,
        editable=shown.given.editable,
        picture=shown.given.picture,
        gradient=None if shown.route == "off" else shown.gradient,
    )
    slide(scene, key="pool", cell=shown.cell, on_cell=keep_cell, on_edit=keep_edit)
    left, right = st.columns([2, 5])
    with left:
        choose(
            "Where the gradient flows back",
            list(ROUTES),
            key="pool-gradient",
            default="off",
            title=ROUTES.__getitem__,
            help="Purple in the input: what a gradient of 1 at the output becomes there.",
        )
    with right:
        if shown.told:
            st.warning(quoted(shown.told))
        note(EXAMPLES)
