"""What the convolution lecture asks: input, kernel and how it moves; and what it makes of the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.geometry import Geometry, Setting, work_out
from cnnviz.arithmetic.inputs import SOURCES
from cnnviz.arithmetic.kernels import Shape
from cnnviz.arithmetic.padding import MODES, BadConvolution, sides
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.controls import controls, menu
from cnnviz.ui.convolving import arrays

Array = NDArray[Any]
VIEWS = {"steps": "Step by step", "matrix": "As one matrix", "windows": "Windows as columns", "picture": "On a picture"}
PADDINGS = ("valid", "same", "full", "1", "2", "3", "4")


@dataclass(frozen=True)
class Moves:
    """How the kernel moves: what is always in sight."""

    filters: int = param(1, low=1, high=64, label="filters: one output map each", help="How many kernels slide.")
    padding: str = param(
        "valid",
        choices=PADDINGS,
        label="border added around the input",
        help="valid: none. same: the output is as large as the input. full: every overlap counts. Or cells per side.",
    )
    stride: int = param(1, low=1, high=4, label="window moves by", help="Cells between two windows: the stride.")
    dilation: int = param(1, low=1, high=4, label="weights stand apart by", help="Cells between two weights: dilation.")
    flip: bool = param(
        default=False,
        label="true convolution: turn the kernel first",
        help="On: the kernel is turned by 180°, as mathematics and decks D1 and D4 define it. Off: cross-correlation, "
        "which every framework calls convolution.",
    )
    transposed: bool = param(
        default=False,
        label="transposed: cells stamp the kernel",
        help="Every input cell adds its multiple of the kernel to the output. The border is then what is cut off.",
    )


@dataclass(frozen=True)
class More:
    """What is folded away."""

    axes: str = param("2-D", choices=("2-D", "1-D"), label="the input is", help="A plane, or a line such as sound.")
    rows: int = param(6, low=1, high=32, label="input rows", help="Height of the input.")
    columns: int = param(6, low=1, high=32, label="input columns", help="Width of the input.")
    channels: int = param(1, low=1, high=8, label="input channels", help="Planes of the input: 3 for RGB.")
    groups: int = param(
        1, low=1, high=8, label="groups", help="Channels and filters are split into groups that do not meet."
    )
    fill: str = param(
        "zeros", choices=MODES, label="border holds", help="Zeros, the mirrored input, its edge, or its other end."
    )
    side: int = param(3, low=1, high=9, label="kernel size", help="Side of random, identity, blur and Gabor kernels.")
    turn: int = param(0, low=0, high=165, step=15, label="Gabor: stripes turned by", help="In degrees.")
    wave: int = param(4, low=2, high=12, label="Gabor: cells per stripe pair", help="The wavelength.")
    extra: int = param(
        0, low=0, high=3, label="output padding", help="Transposed only: rows and columns added below and right."
    )
    seed: int = param(0, low=0, high=99, label="seed of random numbers", help="Another seed, other numbers.")


@dataclass(frozen=True)
class Worked:
    """Arrays (C, H, W) and (O, C/g, kh, kw), transposed (C, O/g, kh, kw), the setting, and the output (O, H', W').

    ``notes`` are the sentences about what did not go together; ``setting`` is the one that was drawn.
    """

    input: Array
    weights: Array
    bias: Array | None
    setting: Setting
    geometry: Geometry
    output: Array
    line: bool
    notes: tuple[str, ...]
    made: arrays.Made


def choose_view() -> str:
    """Draw the switch between the numbers, their matrices, and a picture."""
    view = state.linked("c-view", "steps", VIEWS)
    st.segmented_control(
        "Show", list(VIEWS), format_func=VIEWS.__getitem__, key="c-view", required=True, label_visibility="collapsed"
    )
    return view


def choose() -> Worked:
    """Draw the controls and work out what they say."""
    name = menu("Input", SOURCES, key="c-input", default="deck")
    kernel = menu("Kernel", arrays.KINDS, key="c-kernel", default="deck")
    moves = controls(Moves, key="c")
    with st.expander("More"):
        picture = arrays.choose_sample(name)
        more = controls(More, key="c")
        own = arrays.typed(name, kernel)
    made = arrays.Made(
        source=name,
        picture=picture,
        kernel=kernel,
        shape=Shape(more.side, more.turn, more.wave),
        size=(more.channels, 1 if more.axes == "1-D" else more.rows, more.columns),
        filters=moves.filters,
        groups=more.groups,
        line=more.axes == "1-D",
        transposed=moves.transposed,
        seed=more.seed,
        own=own,
    )
    setting = Setting(
        stride=moves.stride,
        padding=int(moves.padding) if moves.padding.isdigit() else moves.padding,
        padding_mode=more.fill,
        dilation=moves.dilation,
        groups=more.groups,
        flip=moves.flip,
        transposed=moves.transposed,
        output_padding=more.extra if moves.transposed else 0,
    )
    return worked(made, setting)


def worked(made: arrays.Made, setting: Setting) -> Worked:
    """Make the arrays and slide; what does not go together is told, mended, and drawn as mended."""
    x, w, bias, groups, notes = arrays.make(made)
    setting = replace(setting, groups=groups)
    mended, told = mend(x.shape, w.shape, flat(setting, w.shape[-1]) if made.line else setting)
    try:
        y = convolve(x, w, mended, bias=bias)
    except BadConvolution as error:  # only the bias is left to be wrong
        told, bias = (*told, f"{error}. Drawn without it."), None
        y = convolve(x, w, mended)
    return Worked(x, w, bias, mended, work_out(x.shape, w.shape, mended), y, made.line, (*notes, *told), made)


def flat(setting: Setting, side: int) -> Setting:
    """The setting for a line, which is kept as a plane of one row: nothing happens along the rows."""
    if setting.padding == "same" and setting.stride != 1:
        return setting  # refused in words, then flat
    stride, dilation, extra = (int(str(each)) for each in (setting.stride, setting.dilation, setting.output_padding))
    (around,) = sides(setting.padding, (side,), (dilation,))
    return replace(
        setting, stride=(1, stride), padding=((0, 0), around), dilation=(1, dilation), output_padding=(0, extra)
    )


def mend(x: tuple[int, ...], w: tuple[int, ...], setting: Setting) -> tuple[Setting, tuple[str, ...]]:
    """The nearest setting that fits, and the sentences about what did not: one change if one is enough."""
    told: list[str] = []
    problem = _problem(x, w, setting)
    while problem is not None:
        changes = _changes(setting, line=x[-2] == 1)
        if not changes:
            raise BadConvolution("these arrays do not go together; press Reset or choose another example")
        step, words = next((each for each in changes if _problem(x, w, each[0]) is None), changes[0])
        told.append(f"{problem[:1].upper()}{problem[1:]}. Drawn with {words}.")
        setting, problem = step, _problem(x, w, step)
    return setting, tuple(told)


def _problem(x: tuple[int, ...], w: tuple[int, ...], setting: Setting) -> str | None:
    try:
        arrays.check_border(work_out(x, w, setting), setting)
    except BadConvolution as error:
        return str(error)
    return None


def _changes(setting: Setting, *, line: bool) -> list[tuple[Setting, str]]:
    """What may be changed, the smallest change first; each can be made once, so that mending ends."""
    changes = []
    if setting.output_padding not in (0, (0, 0)):
        changes.append((replace(setting, output_padding=0), "no output padding"))
    if setting.padding_mode != "zeros":
        changes.append((replace(setting, padding_mode="zeros"), "zeros around it"))
    if setting.transposed and setting.padding not in (0, ((0, 0), (0, 0))):
        changes.append((replace(setting, padding=0), "nothing cut off"))
    if not setting.transposed and setting.padding != "full":
        for cells in range(1, 5):
            around = ((0, 0), (cells, cells)) if line else cells
            changes.append(
                (replace(setting, padding=around), f"{cells} more around it" if cells > 1 else "1 around it")
            )
        changes.append((replace(setting, padding="full"), "the border “full”"))
    return changes
