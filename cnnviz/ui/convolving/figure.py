"""The convolution lecture's figure: the sliding window, or the same as a matrix product."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from cnnviz.arithmetic.padding import BadConvolution, pad
from cnnviz.arithmetic.unrolled import im2col, toeplitz
from cnnviz.ui import state
from cnnviz.ui.components.product import Block, chosen, product
from cnnviz.ui.components.window import Scene, clicked, edited, window
from cnnviz.ui.convolving.arrays import EDITABLE, Array, written_as
from cnnviz.ui.convolving.controls import Worked
from cnnviz.ui.plain import quoted

ENTRIES = 40_000  # of a matrix that is drawn: more cells than a screen has room for
Cell = tuple[int, int, int]


def cell_of(worked: Worked) -> Cell:
    """The output cell (filter, row, column) that is looked at, from the link, inside the output there is."""
    text = state.linked("c-cell", "0,0,0", lambda asked: re.fullmatch(r"\d{1,3},\d{1,3},\d{1,3}", asked) is not None)
    o, i, j = (min(int(at), size - 1) for at, size in zip(text.split(","), worked.output.shape, strict=True))
    return o, i, j


def scene(worked: Worked) -> Scene:
    """What the window slides over."""
    shape = worked.geometry
    (top, bottom), (left, right) = shape.sides
    around = worked.input if shape.transposed else pad(worked.input, shape.sides, worked.setting.padding_mode)
    return Scene(
        "transposed" if shape.transposed else "convolution",
        worked.input,
        around,
        worked.output,
        weights=worked.weights,
        bias=None if worked.bias is None else np.broadcast_to(worked.bias, (shape.filters,)),
        kernel=shape.kernel,
        stride=shape.stride,
        padding=(top, bottom, left, right),
        dilation=shape.dilation,
        groups=shape.groups,
        flipped=worked.setting.flip,
        editable=max(worked.input.size, worked.weights.size) <= EDITABLE,
        picture=worked.made.source == "photo" and worked.input.shape[-1] > 12,
    )


def draw(worked: Worked, view: str) -> Cell:
    """The sentences about what does not go together, the matrices if wanted, and the window; returns the cell."""
    for note in worked.notes:
        st.warning(quoted(note), icon=":material/rule:")
    cell = cell_of(worked)
    if view != "steps":
        matrices(worked, cell, columns=view == "windows")
    window(scene(worked), key="c-window", cell=cell, on_cell=keep_cell, on_edit=lambda: keep_edit(worked))
    return cell


def keep_cell() -> None:
    """Take over the cell at which the student stopped, so that link and formula follow; a callback."""
    found = clicked("c-window")
    if found is not None:
        state.put("c-cell", ",".join(map(str, found)))


def keep_edit(worked: Worked) -> None:
    """Put a number written into a cell into the arrays, which are the student's own from now on; a callback."""
    edit = edited("c-window")
    if edit is None:
        return
    bias = None if worked.bias is None else np.broadcast_to(worked.bias, (worked.geometry.filters,))
    array = {"input": worked.input, "weights": worked.weights, "bias": bias}[edit.which]
    if array is None or any(at >= size for at, size in zip(edit.index, array.shape, strict=True)):
        return
    changed = array.copy()
    changed[edit.index] = min(1e6, max(-1e6, edit.value))
    for key, value in written_as(edit.which, changed).items():
        state.put(key, value)


def matrices(worked: Worked, cell: Cell, *, columns: bool) -> None:
    """Kernel matrix · input = output, or kernel rows · windows = output."""
    try:
        blocks, at = (as_columns if columns else as_one)(worked, cell)
    except BadConvolution as refused:
        st.info(f"{str(refused)[:1].upper()}{str(refused)[1:]}.", icon=":material/grid_off:")
        return
    shape = blocks[2].values.shape
    left, middle, right = (f"{block.values.shape[0]}×{block.values.shape[1]}" for block in blocks)
    alt = f"Matrix product: {blocks[0].title} {left} times {blocks[1].title} {middle} gives {right}."
    size = (shape[0], shape[1])
    first = filters_of_group(worked, cell)[0] if columns else 0

    def keep() -> None:
        found = chosen("c-product", shape=size)
        if found is not None:
            o, spot = found if columns else divmod(found[0], worked.output[0].size)
            i, j = divmod(spot, worked.output.shape[2])
            state.put("c-cell", f"{first + o},{i},{j}")

    product(blocks, cell=at, alt=alt, key="c-product", on_cell=keep)


def filters_of_group(worked: Worked, cell: Cell) -> list[int]:
    """Numbers of the filters in the group of the cell that is looked at."""
    each = worked.geometry.filters // worked.geometry.groups
    group = cell[0] // each
    return list(range(group * each, (group + 1) * each))


def as_one(worked: Worked, cell: Cell) -> tuple[tuple[Block, Block, Block], tuple[int, int]]:
    """M · vec(x) = vec(y), the bias left out."""
    rows, inputs = worked.output.size, worked.input.size
    if rows * inputs > ENTRIES:
        raise BadConvolution(f"as one matrix this has {rows:,} × {inputs:,} entries; choose a smaller input to see it")
    matrix = toeplitz(worked.input.shape, worked.weights, worked.setting)
    o, i, j = cell
    x = worked.input.reshape(-1, 1)
    blocks = (
        Block("kernel as a matrix", "kernel", matrix),
        Block("input", "input", x),
        Block("output", "output", matrix @ x),
    )
    return blocks, ((o * worked.output.shape[1] + i) * worked.output.shape[2] + j, 0)


def as_columns(worked: Worked, cell: Cell) -> tuple[tuple[Block, Block, Block], tuple[int, int]]:
    """The filters of the cell's group as rows · the windows of its channels as columns, the bias left out."""
    filters = filters_of_group(worked, cell)
    depth, spots = worked.geometry.terms, worked.output[0].size
    if (depth + len(filters)) * spots > ENTRIES:
        raise BadConvolution(f"the windows are {depth:,} × {spots:,} numbers; choose a smaller input to see them")
    group = filters[0] // len(filters)
    seen = im2col(worked.input, worked.weights.shape, worked.setting)[group * depth : (group + 1) * depth]
    rows = kernel_rows(worked)[filters]
    blocks = (Block("filters", "kernel", rows), Block("windows", "input", seen), Block("output", "output", rows @ seen))
    return blocks, (filters.index(cell[0]), cell[1] * worked.output.shape[2] + cell[2])


def kernel_rows(worked: Worked) -> Array:
    """The weights (O, C/g · kh · kw) in the order in which they meet the numbers of a window."""
    shape, w = worked.geometry, worked.weights
    if shape.transposed:
        grouped = w.reshape(shape.groups, shape.channels // shape.groups, -1, *shape.kernel)
        w = grouped.swapaxes(1, 2).reshape(shape.filters, -1, *shape.kernel)
    turned = w[:, :, ::-1, ::-1] if worked.setting.flip != shape.transposed else w
    rows: Array = turned.reshape(shape.filters, -1)
    return rows
