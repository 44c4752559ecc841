"""Below the window: the formula with its numbers, the gradient's rule, what to notice, code and downloads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.arrays import encode_npy
from cnnviz.ui.pooling.controls import Pooled
from cnnviz.ui.pooling.notices import notice, number
from cnnviz.ui.strip import columns, download, show_code

Array = NDArray[np.float64]
WRITTEN = 26  # characters of a window's numbers that the formula writes out
ONES = 9  # windows won that are written as a sum of ones


def strip(shown: Pooled) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        for line in (forward(shown), backward(shown), *size(shown)):
            st.latex(line)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(shown)[:4]))
    with right:
        downloads(shown)
        show_code(code(shown))


def forward(shown: Pooled) -> str:
    """The cell in view as the maximum or the average of its numbers, in LaTeX."""
    under, name = shown.patch, _at("y", shown.cell, shown)
    terms = [number(v) for v in under.values[under.inside]]
    if shown.layer.kind == "max":
        border = [] if under.inside.all() else [r"-\infty"]
        won = terms.index(number(under.value)) if terms else 0
        listed = ", ".join(_shortened([*terms, *border], keep=won))
        return rf"{name} = \max\{{{listed}\}} = {number(under.value)}"
    zeros = ["0"] * (under.divisor - len(terms))
    total = "+".join(_shortened([*terms, *zeros])).replace("+-", "-")
    fraction = rf"\frac{{{number(float(under.values.sum()))}}}{{{under.divisor}}}"
    return (
        rf"\begin{{aligned}}{name} &= \frac{{{total}}}{{{under.divisor}}}\\[4pt]"
        rf"&= {fraction} = {number(under.value)}\end{{aligned}}"
    )


def backward(shown: Pooled) -> str:
    """The gradient's rule with its numbers: of the cell in view, or of all cells at the input cell that gets most."""
    if shown.route == "all":
        return _busiest(shown)
    under, name = shown.patch, _at("y", shown.cell, shown)
    if shown.layer.kind == "average":
        share = rf"\frac{{1}}{{{under.divisor}}} = {number(1 / under.divisor)}"
        return rf"\frac{{\partial {name}}}{{\partial x}} = {share}\ \text{{under the window}}"
    if under.winner is None:
        return rf"\frac{{\partial {name}}}{{\partial x}} = 0\ \text{{: only border}}"
    winner = _at("x", (shown.cell[0], *under.winner), shown)
    return rf"\frac{{\partial {name}}}{{\partial {winner}}} = 1,\quad 0\ \text{{elsewhere}}"


def _busiest(shown: Pooled) -> str:
    flow = shown.gradient
    place = tuple(int(at) for at in np.unravel_index(int(flow.argmax()), flow.shape))
    value, total = (
        float(flow[place]),
        rf"L=\textstyle\sum y:\quad \frac{{\partial L}}{{\partial {_at('x', place, shown)}}}",
    )
    if shown.layer.kind == "max":
        ones = "+".join(["1"] * round(value)) if 1 < value <= ONES else "1" if value == 1 else number(value)
        return rf"{total} = {ones}" + (f" = {number(value)}" if 1 < value <= ONES else "")
    divisor = shown.patch.divisor
    windows = value * divisor
    if shown.layer.padding == (0, 0) and not shown.layer.ceil and windows > 1.5:
        return rf"{total} = {round(windows)}\cdot\frac{{1}}{{{divisor}}} = {number(value)}"
    return rf"{total} = {number(value)}"


def size(shown: Pooled) -> list[str]:
    """The output size with these numbers; one line if both sides are alike."""
    if shown.whole:
        return []
    lines = []
    for axis, letter in enumerate("HW"):
        n, k, s, p, d = (
            shown.x.shape[1 + axis],
            *(getattr(shown.layer, name)[axis] for name in ("kernel", "stride", "padding", "dilation")),
        )
        left, right = ("lceil", "rceil") if shown.layer.ceil else ("lfloor", "rfloor")
        span = f"{k}" if d == 1 else rf"({d}\cdot{k - 1}+1)"
        inner = rf"\left\{left}\frac{{{n}+2\cdot{p}-{span}}}{{{s}}}\right\{right}+1"
        counted = (
            -(-(n + 2 * p - d * (k - 1) - 1) // s) if shown.layer.ceil else (n + 2 * p - d * (k - 1) - 1) // s
        ) + 1
        out = shown.output.shape[1 + axis]
        dropped = r"\ \text{(one would start in the border)}" if out != counted else ""
        lines.append(rf"{letter}' = {inner} = {counted}" + (rf"\to {out}{dropped}" if dropped else ""))
    return [lines[0].replace("H'", "H'=W'", 1)] if lines[0][1:] == lines[1][1:] else lines


def _shortened(terms: Sequence[str], keep: int = 0) -> list[str]:
    """The first terms and the last, as many as a line holds; the one at ``keep`` is always among them."""
    lengths = np.cumsum([len(term.replace(r"\infty", "∞")) + 1 for term in terms])
    if lengths[-1] <= WRITTEN:
        return list(terms)
    fits = max(1, int((lengths <= WRITTEN - 6).sum()))
    kept = [] if keep < fits else [terms[keep], *([r"\dots"] if keep < len(terms) - 2 else [])]
    last = [] if keep == len(terms) - 1 else [terms[-1]]
    return [*terms[:fits], r"\dots", *kept, *last]


def _at(letter: str, place: Sequence[int], shown: Pooled) -> str:
    """``y`` with its indices; the channel only if there are several."""
    indices = place if len(shown.x) > 1 else place[1:]
    return rf"{letter}_{{{','.join(map(str, indices))}}}"


def downloads(shown: Pooled) -> None:
    """The output's numbers, and the gradient's if it is shown."""
    stem = f"pool-{shown.layer.kind}"
    binary = "application/octet-stream"
    with st.container(horizontal=True):
        download("Output (npy)", lambda: encode_npy(shown.output), name=f"{stem}.npy", mime=binary)
        download("Output (CSV)", lambda: csv(shown.output), name=f"{stem}.csv", mime="text/csv")
        if shown.route != "off":
            download("Gradient (npy)", lambda: encode_npy(shown.gradient), name=f"{stem}-gradient.npy", mime=binary)


def csv(values: Array) -> bytes:
    """``(C, H, W)`` as a line per cell: channel, row, column, value."""
    lines = (",".join((*map(str, place), f"{value:.9g}")) for place, value in np.ndenumerate(values))
    return ("channel,row,column,value\n" + "\n".join(lines) + "\n").encode()


def code(shown: Pooled) -> str:
    """The PyTorch lines that give the numbers on screen, runnable as they stand."""
    layer = shown.layer
    window = f"x, {layer.kernel}, {layer.stride}, {layer.padding}"
    if shown.whole:
        call = f"F.adaptive_{'max' if layer.kind == 'max' else 'avg'}_pool2d(x, 1)"
    elif layer.kind == "max":
        call = f"F.max_pool2d({window}, {layer.dilation}, ceil_mode={layer.ceil})"
    else:
        call = f"F.avg_pool2d({window}, ceil_mode={layer.ceil}, count_include_pad={layer.count_padding})"
    loss = "y.sum()" if shown.route == "all" else f"y[{', '.join(map(str, shown.cell))}]"
    return f"""import numpy as np
import torch
import torch.nn.functional as F
{shown.given.code}
x = torch.from_numpy(x).requires_grad_()  # {" × ".join(map(str, shown.x.shape))}: channels, rows, columns
y = {call}
print(y)
{loss}.backward()
print(x.grad)  # where the gradient flows back
"""
