"""The numbers that decide a size: one box each, or one for rows and one for columns."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz.arithmetic import Sizes, Window
from cnnviz.arithmetic.sizes import Pair, place
from cnnviz.ui import state
from cnnviz.ui.controls import menu

COLUMNS = "-columns"  # ends the key of a box that says something else for columns


@dataclass(frozen=True)
class Policy:
    """What to do with a fraction, as an entry of a menu."""

    name: str
    title: str
    summary: str
    reference: str = ""


POLICIES = {
    "floor": Policy("floor", "drop what is left over", "PyTorch's convolutions: the quotient is rounded down."),
    "error": Policy("error", "refuse it", "Deck D1: “cannot apply”."),
    "ceil": Policy("ceil", "let the last window hang over", "PyTorch's pooling with `ceil_mode=True`: rounded up."),
    "same": Policy("same", "pad as needed (SAME)", "TensorFlow's SAME: the output is n / stride, rounded up."),
}


@dataclass(frozen=True)
class Box:
    """A number that the student sets; its range keeps the picture drawable."""

    name: str
    label: str
    default: int
    low: int
    high: int
    help: str

    @property
    def key(self) -> str:
        """Key of the widget, and its name in the link."""
        return f"size-{self.name}"


BOXES = (
    Box("input", "Input size", 7, 1, 256, "Cells along one side of the input."),
    Box("kernel", "Kernel size", 3, 1, 256, "Cells along one side of the window: k, or F in the decks."),
    Box("stride", "Window moves by (stride)", 3, 1, 64, "Cells from one place of the window to the next."),
    Box("padding", "Zeros on each side (padding)", 0, 0, 64, "Rows and columns of zeros put around the input."),
)
MORE = (
    Box("dilation", "Weights spread by (dilation)", 1, 1, 32, "Cells from one weight to the next; 1 leaves no gaps."),
    Box("end", "More zeros at the end", 0, 0, 64, "Added to the padding below and at the right only."),
)
CHANNELS = Box("channels", "Input channels", 1, 1, 2048, "3 for a colour picture. Each filter spans all of them.")
FILTERS = Box("filters", "Filters", 1, 1, 2048, "Channels of the output.")


@dataclass(frozen=True)
class Setting:
    """What the student has set. ``n`` is (height, width)."""

    n: Pair
    rows: Window
    columns: Window
    channels: int = 1
    filters: int = 1

    @property
    def square(self) -> bool:
        """Whether rows and columns are alike, so that one line tells both."""
        return self.n[0] == self.n[1] and self.rows == self.columns


def choose() -> Setting:
    """Draw the controls and return what they say."""
    first = st.container()  # drawn above, but filled after the menu and the switch that change it
    policy = menu("If it does not fit", POLICIES, key="size-policy")
    state.remember_default("size-uneven", False)
    apart = st.toggle(
        "Rows ≠ columns", key="size-uneven", bind="query-params", on_change=_part, help="A number for each."
    )
    same = policy == "same"
    with first:
        values = {box.name: _boxes(box, apart, disabled=same and box.name == "padding") for box in BOXES}
    with st.expander("More"):
        values |= {box.name: _boxes(box, apart, disabled=same and box.name == "end") for box in MORE}
        channels, filters = _box(CHANNELS, CHANNELS.key), _box(FILTERS, FILTERS.key)
    rows, columns = (_window({name: pair[axis] for name, pair in values.items()}, policy) for axis in (0, 1))
    return Setting(values["input"], rows, columns, channels, filters)


def placed(setting: Setting) -> Sizes:
    """Both axes as they can be drawn, also where no window fits."""
    return Sizes(place(setting.n[0], setting.rows), place(setting.n[1], setting.columns))


def apply(values: dict[str, tuple[int, int]]) -> None:
    """Set boxes by name to (rows, columns); a callback."""
    for name, (rows, columns) in values.items():
        state.put(f"size-{name}", rows)
        if state.get("size-uneven"):
            state.put(f"size-{name}{COLUMNS}", columns)


def _window(value: dict[str, int], policy: str) -> Window:
    padding = (0, 0) if policy == "same" else (value["padding"], value["padding"] + value["end"])
    return Window(value["kernel"], value["stride"], padding, value["dilation"], policy)


def _boxes(box: Box, apart: object, *, disabled: bool) -> Pair:
    """The value for rows and for columns, from one box or, ``apart``, from two."""
    if not apart:
        value = _box(box, box.key, disabled=disabled)
        return value, value
    rows, columns = st.columns(2, gap="small")
    with rows:
        first = _box(box, box.key, ", rows", disabled=disabled)
    with columns:
        return first, _box(box, box.key + COLUMNS, ", columns", disabled=disabled)


def _box(box: Box, key: str, end: str = "", *, disabled: bool = False) -> int:
    state.remember_default(key, box.default)
    return int(
        st.number_input(
            box.label + end,
            box.low,
            box.high,
            box.default,
            key=key,
            help=box.help,
            bind=state.binding(key),
            disabled=disabled,
        )
        or box.low
    )


def _part() -> None:
    """Columns start where the rows are."""
    for box in (*BOXES, *MORE):
        state.put(box.key + COLUMNS, state.get(box.key, box.default))
