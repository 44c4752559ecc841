"""The ledger lecture's choice and its figure: which network, which input, which layer, and what a unit of it sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.ledger import ARCHITECTURES, Conv, Pool, written
from cnnviz.ui import cache, state
from cnnviz.ui.components.ledger import KEPT, SORTABLE, Heat, Scene, Total, View, grid, ledger_table
from cnnviz.ui.counting.counted import OWN, PUBLISHED, START, Counted, refusal, size_of, size_text
from cnnviz.ui.pictures import Chosen, choose_picture
from cnnviz.ui.plain import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ledger import Row

FIRST = "alexnet"
START_ROW = ""  # another network then starts at a row of its own
OWN_INPUT = "3x32x32"
SIDES = (28, 32, 64, 96, 128, 160, 192, 224, 227, 256, 299, 320, 384, 448, 512)
TEXT_LIMIT = 20_000  # characters of a stack that stand in a link


def bar() -> tuple[str, tuple[int, int, int], Chosen]:
    """Draw the row of controls; return the network's name, the input (C, H, W) and the picture."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ledger-bar"):
        name = choose_network()
        size = choose_input(name)
        with st.popover("Picture", icon=":material/image:"):
            chosen = choose_picture()
        if name != OWN:
            st.button(
                "Edit this network",
                icon=":material/edit:",
                help="Copies its layers as text: change a line and watch the totals.",
                on_click=edit,
                args=(name,),
                key="edit",
            )
    return name, size, chosen


def choose_network() -> str:
    """The menu of networks, families together; the last entry is the student's own stack."""
    names = [*ARCHITECTURES, OWN]
    state.linked("net", FIRST, names)
    return str(
        st.selectbox(
            "Network",
            names,
            format_func=lambda name: "Your own stack" if name == OWN else ARCHITECTURES[name].title,
            key="net",
            width=330,
            help="Type to search. The bare name is torchvision's form; papers' own forms stand beside it.",
        )
    )


def choose_input(name: str) -> tuple[int, int, int]:
    """The menu of input sizes, which also takes a size that is typed, such as 3x200x300."""
    published = None if name == OWN else ARCHITECTURES[name].input
    default = PUBLISHED if published else OWN_INPUT
    state.linked("input", default, lambda text: text == default or size_of(text) is not None)
    channels = (published[0],) if published else (3, 1)
    names = [default, *(f"{c}x{side}x{side}" for c in channels for side in SIDES)]
    now = state.get("input")
    told = st.selectbox(
        "Input (C×H×W)",
        dict.fromkeys([*names, now]),
        format_func=lambda text: f"{_times(published)}, as published" if text == PUBLISHED else text.replace("x", "×"),
        key="input",
        width=250,
        accept_new_options=True,
        help="Channels, height and width. Choose one, or type your own, such as 3x200x300.",
    )
    return published if told == PUBLISHED and published else size_of(str(told)) or published or (3, 32, 32)


def _times(size: tuple[int, ...] | None) -> str:
    return "×".join(map(str, size or ()))


def edit(name: str) -> None:
    """Copy a network into the text area, with its input; a callback."""
    architecture = ARCHITECTURES[name]
    now = str(state.get("input"))
    state.put("layers", written(architecture.layers))
    state.put("input", size_text(architecture.input) if now == PUBLISHED else now)
    state.put("net", OWN)


def own_text() -> str:
    """The text area of the student's own stack; it stands in the link."""
    state.linked("layers", START, lambda text: len(text) <= TEXT_LIMIT)
    return str(
        st.text_area(
            "One layer per line",
            key="layers",
            height=420,
            max_chars=TEXT_LIMIT,
            help=WORDS,
        )
    )


WORDS = """`conv 64 3 s2 p1`: 64 kernels of 3×3, stride 2, padding 1 (`d2` dilation, `g4` groups, `nobias`)

`pool 3 s2`, `avgpool 2`, `global`, `bn`, `relu`, `dropout 0.5`, `flatten`, `fc 1000`

`residual { conv 64 3 p1; bn; relu; conv 64 3 p1; bn }`, then `shortcut { conv 64 1 s2 }` if the shape changes

`concat { branch { conv 32 1 } branch { conv 16 1; conv 32 3 p1 } }`, `dense { conv 32 3 p1 }`, `repeat 3 { … }`

Deck D1's pattern: `repeat 3 { repeat 2 { conv 64 3 p1; relu }; pool 2 }`, then `fc 100; relu; fc 10; softmax`"""


def counted(name: str, text: str, size: tuple[int, int, int]) -> Counted | None:
    """The ledger on screen, remembered; a problem is told in one sentence and what can be counted is counted."""
    found = cache.counted(name, text, size)
    if found is None:
        st.warning(quoted(refusal(text, size)) or "Not one layer fits this input: choose a larger one.")
    elif found.problem:
        st.warning(f"{quoted(found.problem)} Shown is what comes before.")
    return found


def start_row(found: Counted) -> Row:
    """The layer that is shown first: the last window before the map becomes numbers."""
    spatial = [row for row in found.made.rows if len(row.output) == 3 and min(row.output[1:]) > 1]
    windows = [row for row in spatial if isinstance(row.layer, Conv | Pool)]
    return (windows or spatial or found.made.rows)[-1]


def look(found: Counted) -> tuple[Row, View]:
    """The row, the unit and the switch, from the link or from what was chosen in the browser."""
    names = [row.name for row in found.made.rows]
    asked = state.linked("row", START_ROW, [START_ROW, *names])
    at = names.index(asked or start_row(found).name)
    row = found.made.rows[at]
    down, across = grid(row)

    def inside(text: str) -> bool:
        told = re.fullmatch(r"(\d{1,4}),(\d{1,4})", text, re.ASCII)
        return text == "middle" or (told is not None and int(told[1]) < down and int(told[2]) < across)

    unit = state.linked("unit", "middle", inside)
    place = None if unit == "middle" else (int(unit.split(",")[0]), int(unit.split(",")[1]))
    show = state.linked("measured", "no", ("no", "yes")) == "yes"
    sorts = ["", *SORTABLE, *(f"-{name}" for name in SORTABLE)]
    return row, View(at, place, show, state.linked("rows", KEPT[0], KEPT), state.linked("sort", "", sorts))


def figure(found: Counted, chosen: Chosen) -> Row:
    """Draw the picture with its box, the totals and the table; return the chosen row."""
    row, view = look(found)
    heat = measured(found, view) if view.show else None
    names = found.columns["name"]

    def keep() -> None:
        told = getattr(state.get("ledger"), "view", None) or {}
        at, unit = told.get("row"), told.get("unit")
        if isinstance(at, int) and 0 <= at < len(names):
            state.put("row", START_ROW if names[at] == start_row(found).name else names[at])
            state.put("unit", ",".join(str(int(n)) for n in unit) if unit else "middle")
            state.put("measured", "yes" if told.get("show") else "no")
            state.put("rows", str(told.get("kept")))
            state.put("sort", str(told.get("sort")))

    scene = Scene(
        rows=found.columns,
        picture=cache.shown(chosen.pixels, chosen.key),
        size=found.made.input[1:],
        totals=totals(found),
        label=f"The layers of {found.title}",
        stack=f"{found.key} {state.generation()}",
    )
    ledger_table(scene, view, heat=heat, key="ledger", on_view=keep)
    return row


def totals(found: Counted) -> list[Total]:
    """The four numbers above the table."""
    made = found.made
    fc = sum(row.params for row in made.rows if row.kind == "linear")
    return [
        Total(f"{made.params:,}", "parameters", f"{percent(fc, made.params)} in fully connected layers"),
        Total(short(4 * made.params, "B"), "of weights", "four bytes each (float32)"),
        Total(short(made.macs), "multiply-adds", f"MACs; 2 × MACs = {short(2 * made.macs)} FLOPs"),
        Total(short(made.activation_bytes, "B"), "of activations", "all outputs, float32, one picture"),
    ]


def measured(found: Counted, view: View) -> Heat:
    """The gradient field of the unit on screen, and how small its core is."""
    row = found.made.rows[view.row]
    unit = view.unit or tuple((n - 1) // 2 for n in grid(row))
    place = (int(unit[0]), int(unit[1]))
    values = cache.measured(found.layers, view.row, found.made.input, unit=place, key=found.key)
    return Heat(view.row, place, values, core(values))


def core(values: NDArray[np.float32]) -> str:
    """How many pixels hold half of what a unit gets, in words."""
    ordered = np.sort(values, axis=None)[::-1].cumsum()
    seen, half = int((values > 0).sum()), int(np.searchsorted(ordered, ordered[-1] / 2)) + 1
    return f"Half of what it gets comes from {percent(half, seen)} of the pixels it sees."


def short(number: float, unit: str = "") -> str:
    """Three digits and a prefix: ``15.5 G``, ``244 MB``; numbers below a thousand as they are."""
    for prefix, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= scale:
            scaled = number / scale
            digits = 0 if scaled >= 100 else 1 if scaled >= 10 else 2
            return f"{scaled:.{digits}f}\N{NO-BREAK SPACE}{prefix}{unit}"
    return f"{number:g}" + (f"\N{NO-BREAK SPACE}{unit}" if unit else "")


def percent(part: float, total: float) -> str:
    """A share as the field writes it; ``0 %`` of nothing."""
    share = 100 * part / total if total else 0
    return f"{share:.0f}\N{NO-BREAK SPACE}%" if share >= 10 or share == 0 else f"{share:.1f}\N{NO-BREAK SPACE}%"
