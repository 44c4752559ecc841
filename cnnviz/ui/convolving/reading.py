"""Below the convolution: the sum of the chosen cell with its numbers, what to notice, the code, and the downloads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.unrolled import im2col
from cnnviz.arithmetic.written import number
from cnnviz.data.arrays import encode_npy
from cnnviz.ui.convolving.code import code
from cnnviz.ui.convolving.controls import Worked
from cnnviz.ui.convolving.figure import Cell, kernel_rows
from cnnviz.ui.strip import columns, download, show_code

TERMS = 12  # of a sum that are written out
PER_LINE = 4
CHEAP = 3_000_000  # multiply-adds that may be spent on a comparison


def strip(worked: Worked, cell: Cell) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        st.latex(formula(worked))
        st.latex(numbers(worked, cell))
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(worked)))
    with right:
        with st.container(horizontal=True):
            download(
                "Output (npy)", lambda: encode_npy(output(worked)), name="output.npy", mime="application/octet-stream"
            )
            download("Output (CSV)", lambda: csv(worked), name="output.csv", mime="text/csv")
        show_code(code(worked))


def formula(worked: Worked) -> str:
    """The sum in symbols, with what is not at its default."""
    shape = worked.geometry
    names = [("i", "u"), ("j", "v")][worked.line :]
    spacing = list(zip(shape.stride, shape.dilation, shape.sides, strict=True))[worked.line :]
    out = ",".join(i for i, _ in names)
    weight = ",".join(rf"k{{-}}1{{-}}{u}" if worked.setting.flip else u for _, u in names)
    bias = "b_o + " if worked.bias is not None else ""
    channel = r"c \in g(o)" if shape.groups > 1 else "c"
    if shape.transposed:
        rules = [
            rf"{_times(s, i)}'+{_times(d, u)}{_minus(p[0])}={i}"
            for (i, u), (s, d, p) in zip(names, spacing, strict=True)
        ]
        where = ",".join(f"{i}'" for i, _ in names)
        over = r" \\ ".join([channel, *rules])
        return rf"y_{{o,{out}}} = {bias}\sum_{{\substack{{{over}}}}} w_{{c,o,{weight}}}\, x_{{c,{where}}}"
    where = r",\,".join(
        f"{_times(s, i)}+{_times(d, u)}{_minus(p[0])}" for (i, u), (s, d, p) in zip(names, spacing, strict=True)
    )
    over = ",".join([channel, *(u for _, u in names)])
    return rf"y_{{o,{out}}} = {bias}\sum_{{{over}}} w_{{o,c,{weight}}}\, x_{{c,\,{where}}}"


def terms(worked: Worked, cell: Cell) -> list[tuple[float, float]]:
    """(weight, input) of every product in the sum of a cell; the zeros between the cells of a stamp are no products."""
    o, i, j = cell
    shape = worked.geometry
    depth, group = shape.terms, o // (shape.filters // shape.groups)
    rows = slice(group * depth, (group + 1) * depth)
    at = i * shape.output[1] + j
    seen = im2col(worked.input, worked.weights.shape, worked.setting)[rows, at]
    met = np.ones(depth, bool)
    if shape.transposed:
        met = im2col(np.ones_like(worked.input), worked.weights.shape, worked.setting)[rows, at] > 0
    return [(float(w), float(x)) for w, x, m in zip(kernel_rows(worked)[o], seen, met, strict=True) if m]


def numbers(worked: Worked, cell: Cell) -> str:
    """The sum of one cell with its numbers."""
    o, i, j = cell
    products = terms(worked, cell)
    name = rf"y_{{{o},{j}}}" if worked.line else rf"y_{{{o},{i},{j}}}"
    shown = products if len(products) <= TERMS else products[: TERMS - 1]
    words = [_product(w, x, first=k == 0) for k, (w, x) in enumerate(shown)]
    if len(products) > TERMS:
        words += [rf"+ \underbrace{{\dots}}_{{{len(products) - TERMS}\ \text{{more}}}}", _product(*products[-1])]
    if worked.bias is not None:
        b = float(np.broadcast_to(worked.bias, (worked.geometry.filters,))[o])
        words.append(rf"{'+' if b >= 0 else '-'} \underbrace{{{number(abs(b))}}}_{{b}}")
    lines = [" ".join(words[k : k + PER_LINE]) for k in range(0, len(words), PER_LINE)] or ["0"]
    result = rf"= \mathbf{{{_short(float(worked.output[cell]))}}}"
    return (
        rf"\begin{{aligned}} {name} =\ & " + r" \\ & ".join([*lines[:-1], f"{lines[-1]} {result}"]) + r" \end{aligned}"
    )


def notice(worked: Worked) -> list[str]:
    """Two to four sentences about these very numbers."""
    shape = worked.geometry
    weights = worked.weights.size + (shape.filters if worked.bias is not None else 0)
    outputs = worked.output.size
    if shape.transposed:
        cells = int(np.prod(shape.kernel))
        lines = [f"Every input cell stamps **{cells}** cells of each map; **{weights:,}** weights serve all stamps."]
    else:
        shared = f"**{_count(outputs, 'output')}**, yet only **{_count(weights, 'weight')}**: all places share them."
        lines = [f"**{_count(shape.terms, 'product')}** in every sum, {shared}"]
    if shape.macs <= CHEAP:
        lines.append(_turned(worked))
    extra = _border(worked)
    if extra:
        lines.append(extra)
    if shape.groups > 1:
        lines.append(
            f"In {shape.groups} groups a filter sees {shape.channels // shape.groups} of {shape.channels} channels: "
            f"1/{shape.groups} of the weights and of the work."
        )
    if max(shape.dilation) > 1:
        spans = [d * (k - 1) + 1 for k, d in zip(shape.kernel, shape.dilation, strict=True)]
        lines.append(f"The kernel spans {max(spans)} cells with {max(shape.kernel)} weights: it sees more at no cost.")
    return lines[:4]


def _turned(worked: Worked) -> str:
    other = convolve(worked.input, worked.weights, replace(worked.setting, flip=not worked.setting.flip))
    plain = worked.output if worked.bias is None else convolve(worked.input, worked.weights, worked.setting)
    differ = int((~np.isclose(other, plain)).sum())
    if not differ:
        return "Turned by 180° the kernel gives the same here: true convolution and cross-correlation agree."
    names = ("cross-correlation", "true convolution")
    which = names[not worked.setting.flip]
    small = f": {_few(other)}" if other.size <= 16 else ""
    would = f"**{differ:,} of {_count(other.size, 'output')}** would differ"
    return f"As {which}, {would}{small}. A network learns either way."


def _border(worked: Worked) -> str:
    shape = worked.geometry
    if shape.transposed:
        if min(shape.stride) < max(shape.kernel):
            return "Stamps overlap and add up; if the stride does not divide the kernel, some cells get more of them."
        return "Stamps do not overlap: the stride is as large as the kernel."
    clean = 1
    for n, k, s, d, (before, _), o in zip(
        shape.input, shape.kernel, shape.stride, shape.dilation, shape.sides, shape.output, strict=True
    ):
        starts = np.arange(o) * s - before
        clean *= int(((starts >= 0) & (starts + d * (k - 1) < n)).sum())
    touching = shape.output[0] * shape.output[1] - clean
    if touching:
        every = shape.output[0] * shape.output[1]
        return f"**{touching} of {every}** windows reach into the border ({worked.setting.padding_mode})."
    lost = max(n - o for n, o in zip(shape.input, shape.output, strict=True))
    if lost and max(shape.stride) == 1:
        return f"Without a border the map shrinks by {lost}: the kernel has to stay inside."
    return (
        f"A stride of {max(shape.stride)} keeps about 1 in {shape.stride[0] * shape.stride[1]} places." if lost else ""
    )


def _few(values: np.ndarray) -> str:
    return ", ".join(number(v) for v in values.ravel().round(6)).replace("-", "−")


def _count(many: int, what: str) -> str:
    return f"{many:,} {what}" + ("" if many == 1 else "s")


def output(worked: Worked) -> np.ndarray:
    """The output (O, H', W'), of a line (O, W')."""
    return worked.output[:, 0] if worked.line else worked.output


def csv(worked: Worked) -> bytes:
    """One line per row, an empty line between the maps."""
    maps = ("\n".join(",".join(repr(float(v)) for v in row) for row in plane) for plane in worked.output)
    return ("\n\n".join(maps) + "\n").encode()


def _product(w: float, x: float, *, first: bool = False) -> str:
    sign = "-" if w < 0 else "" if first else "+"
    return rf"{sign} {_short(abs(w))}\cdot {_short(x) if x >= 0 else f'({_short(x)})'}"


def _short(value: float) -> str:
    """Three decimals, as in the figure; of what is smaller two digits."""
    return number(round(value, 3)) if abs(value) >= 0.01 or abs(value) < 1e-9 else f"{value:.2g}"


def _times(step: int, name: str) -> str:
    return name if step == 1 else f"{step}{name}"


def _minus(amount: int) -> str:
    return f"-{amount}" if amount else ""
