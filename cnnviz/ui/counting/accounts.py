"""Below the ledger: the chosen row's formulas with its numbers, what to notice in this network, CSV and code."""

from __future__ import annotations

import csv
import io
from math import prod
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ledger import Conv, Linear, Pool
from cnnviz.ledger.comparisons import Samples, fully_connected_share
from cnnviz.ui.counting.code import torch_code
from cnnviz.ui.counting.counted import Counted
from cnnviz.ui.counting.table import percent, short, start_row
from cnnviz.ui.plain import cell, plain
from cnnviz.ui.strip import columns, download, show_code

if TYPE_CHECKING:
    from cnnviz.ledger import Row

IMAGENET = 1_200_000  # training images of ILSVRC, as deck D0 rounds them


def strip(found: Counted, row: Row) -> None:
    """Three columns under the figure."""
    title = f"{plain(row.name)}: the formula with these numbers"
    left, middle, right = columns((title, "What to notice", "Take it with you"))
    with left:
        for line in formulas(found, row):
            st.latex(line)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(found)))
    with right:
        download("Ledger (CSV)", lambda: as_csv(found), name="ledger.csv", mime="text/csv")
        show_code(torch_code(found))


def formulas(found: Counted, row: Row) -> list[str]:
    """Parameters, work, size and field of one row, in LaTeX."""
    shape = coming_in(found, row)
    if isinstance(row.layer, Conv) and len(shape) == 3:
        return [*_conv(row.layer, shape, row), *_window(found, row, shape)]
    if isinstance(row.layer, Linear):
        return _linear(row.layer, shape, row)
    if isinstance(row.layer, Pool):
        return [r"\text{parameters} = 0,\quad \text{MACs} = 0", *_window(found, row, shape)]
    return [
        rf"\text{{parameters}} = {_tex(row.params)},\quad \text{{MACs}} = {_tex(row.macs)}",
        rf"r = {row.receptive_field},\quad j = {row.jump},\quad \text{{output}} = {_product(row.output)}",
    ]


def coming_in(found: Counted, row: Row) -> tuple[int, ...]:
    """Shape of what the row reads."""
    before = row.inputs[0]
    return found.made.rows[before].output if before >= 0 else found.made.input


def _conv(layer: Conv, shape: tuple[int, ...], row: Row) -> list[str]:
    groups = layer.groups or shape[0]
    out, height, width = row.output
    weights = rf"{layer.kernel}^2 \cdot {_over(shape[0], groups)}"
    bias, one = (" + 1", " + 1") if layer.bias else ("", "")
    inside, told = f"k^2 \\tfrac{{C}}{{g}}{bias}", f"{weights}{one}"
    work = rf"{weights} \cdot {_tex(out)} \cdot {height} \cdot {width} = {_tex(row.macs)}"
    return [
        rf"\text{{parameters}} = ({inside})\,O = ({told}) \cdot {_tex(out)} = {_tex(row.params)}",
        rf"\text{{MACs}} = k^2 \tfrac{{C}}{{g}}\,O\,H'W' = {work}",
    ]


def _over(channels: int, groups: int) -> str:
    return str(channels) if groups == 1 else rf"\tfrac{{{channels}}}{{{groups}}}"


def _linear(layer: Linear, shape: tuple[int, ...], row: Row) -> list[str]:
    bias = " + 1" if layer.bias else ""
    many = _tex(prod(shape))
    told = rf"{_product(shape)} = {many}" if len(shape) == 3 else many
    return [
        rf"N = {told}",
        rf"\text{{parameters}} = (N{bias})\,O = ({many}{bias}) \cdot {_tex(layer.out)} = {_tex(row.params)}",
        rf"\text{{MACs}} = N\,O = {many} \cdot {_tex(layer.out)} = {_tex(row.macs)}",
    ]


def _window(found: Counted, row: Row, shape: tuple[int, ...]) -> list[str]:
    """Size, field and jump of a layer with a window, from those of the row before it."""
    window = row.layer.window(shape)
    before = row.inputs[0]
    axis = max(found.made.rows[before].axes, key=lambda each: each.size) if before >= 0 else None
    seen, jump = (axis.size, axis.jump) if axis else (1, 1)
    spread, d = ("", "") if window.dilation == 1 else (f"{window.dilation} \\cdot ", r"d\,")
    steps = rf"{seen} + {window.kernel - 1} \cdot {spread}{jump} = {row.receptive_field}"
    rounded = "lceil", "rceil"
    if not getattr(row.layer, "ceil", False):
        rounded = "lfloor", "rfloor"
    size = rf"\frac{{{shape[1]} + 2 \cdot {window.padding} - {window.extent}}}{{{window.stride}}}"
    return [
        rf"H' = \left\{rounded[0]} {size} \right\{rounded[1]} + 1 = {row.output[1]}",
        rf"r = r_{{\text{{in}}}} + (k - 1)\,{d}j_{{\text{{in}}}} = {steps}",
        rf"j = s\,j_{{\text{{in}}}} = {window.stride} \cdot {jump} = {row.jump}",
    ]


def _tex(number: int) -> str:
    """Groups of three, without the space that LaTeX sets after a comma."""
    return f"{number:,}".replace(",", "{,}")


def _product(shape: tuple[int, ...]) -> str:
    return r" \times ".join(map(str, shape))


def notices(found: Counted) -> list[str]:
    """Three or four sentences about this very network."""
    made = found.made
    heavy = max(made.rows, key=lambda row: row.params)
    busy = max(made.rows, key=lambda row: row.macs)
    share = fully_connected_share((row.kind, row.params) for row in made.rows)
    lines = []
    if made.params:
        lines.append(
            f"**{percent(heavy.params, made.params)}** of the parameters are in `{heavy.name}`; the fully connected "
            f"layers together hold **{percent(share, 1)}** and do "
            f"**{percent(sum(row.macs for row in made.rows if row.kind == 'linear'), made.macs)}** of the work."
        )
    if made.macs:
        lines.append(f"The busiest layer is `{busy.name}`: **{percent(busy.macs, made.macs)}** of all multiply-adds.")
    lines += [_seen(found), *_told(found)]
    return lines


def _seen(found: Counted) -> str:
    last = start_row(found)
    side, field = max(found.made.input[1:]), last.receptive_field
    wide = (
        f"**{field / side:.1f} times** the picture's side"
        if field > side
        else f"**{percent(field, side)}** of the picture's side"
    )
    return (
        f"After `{last.name}` a unit's box is **{field:,}** pixels wide, {wide}. Switch on *Measured field*: its core "
        "is much smaller than the box."
    )


def _told(found: Counted) -> list[str]:
    """What was printed about this network, and what the rule of ten asks for."""
    lines = []
    if found.architecture is not None:
        told = found.architecture.published
        printed = [
            f"{_exactly(told[name].value)} {title} ({told[name].source.split(',')[0]})"
            for name, title in (("params", "parameters"), ("macs", "multiply-adds"))
            if name in told
        ]
        lines.append(" ".join([f"Printed: {', '.join(printed)}." if printed else "", found.architecture.notes]).strip())
    needed = Samples(found.made.params, IMAGENET)
    if needed.parameters > 1_000_000:
        lines.append(
            f"Ten samples per parameter would be **{needed.needed / 1e6:,.0f} million** images; ImageNet's "
            f"training set has 1.2 million: a ratio of {needed.ratio:.2g} (deck D0's rule of ten)."
        )
    return lines


def _exactly(value: float) -> str:
    """A number that is no round one in full."""
    return f"{value:,.0f}" if value % 1000 else short(value)


FIELDS = ("name", "kind", "source", "output", "params", "macs", "activation_bytes", "receptive_field", "jump", "offset")


def as_csv(found: Counted) -> bytes:
    """The table as a file: one line per layer, in the network's order."""
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in found.made.rows:
        cells = ["x".join(map(str, row.output)) if name == "output" else getattr(row, name) for name in FIELDS]
        writer.writerow([cell(each) if isinstance(each, str) else each for each in cells])
    return told.getvalue().encode()
