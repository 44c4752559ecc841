"""Below the figure: the formula with the current numbers, what to notice, the numbers as a file, and the code."""

from __future__ import annotations

import streamlit as st

from cnnviz.arithmetic import Fit, Sizes, convolution_parameters
from cnnviz.ui.sizing.code import code
from cnnviz.ui.sizing.controls import Setting
from cnnviz.ui.sizing.figure import counted, stepped_over
from cnnviz.ui.strip import columns, download, show_code

HEADER = "axis,input,kernel,stride,dilation,before,after,policy,exact,size,fits,dropped,input_dropped,overhang"


def strip(setting: Setting, found: Sizes) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        formula(setting, found)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(found)))
    with right, st.container(horizontal=True):
        download("Numbers (CSV)", lambda: table(found).encode(), name="sizes.csv", mime="text/csv")
        show_code(code(setting, found))


def formula(setting: Setting, found: Sizes) -> None:
    """The general formula, then each axis with its numbers, then the parameters."""
    st.latex(general(found.rows.window.policy, plain=_plain(found)))
    if setting.square:
        st.latex(numbers(found.rows, "o"))
    else:
        st.latex(numbers(found.rows, "h"))
        st.latex(numbers(found.columns, "w"))
    if found.rows.window.policy == "ceil":
        st.caption("The last window must start inside the input or the zeros before it; otherwise it is left out.")
    if setting.channels * setting.filters > 1:
        kernel = (setting.rows.k, setting.columns.k)
        count = convolution_parameters(kernel, setting.channels, setting.filters)
        st.latex(
            rf"F\,(k_h k_w C + 1) = {setting.filters}\,({kernel[0]}\cdot{kernel[1]}\cdot{setting.channels} + 1)"
            rf" = {_grouped(count)}\text{{ parameters}}"
        )


def general(policy: str, *, plain: bool) -> str:
    """The formula of the policy; ``plain`` without dilation and with the same padding on both sides."""
    if policy == "same":
        return r"o = \left\lceil \frac{n}{s} \right\rceil, \quad P = \max(0,\; (o-1)\,s + d\,(k-1) + 1 - n)"
    fraction = r"\frac{n + 2p - k}{s}" if plain else r"\frac{n + p_0 + p_1 - d\,(k-1) - 1}{s}"
    return f"o = {_rounded(fraction, policy)} + 1"


def numbers(axis: Fit, symbol: str) -> str:
    """The formula with the numbers of one axis."""
    w, (before, after) = axis.window, axis.padding
    if w.policy == "same":
        size, total = axis.size or 0, before + after
        return (
            rf"{symbol} = \left\lceil \frac{{{axis.n}}}{{{w.stride}}} \right\rceil = {size}, \quad P = \max(0,\; "
            rf"{size - 1}\cdot{w.stride} + {w.extent} - {axis.n}) = {total} = {before} + {after}"
        )
    kernel = str(w.k) if w.dilation == 1 else rf"{w.dilation}\,({w.k}-1) - 1"
    padding = rf"2\cdot{before}" if before == after else f"{before} + {after}"
    fraction = rf"\frac{{{axis.n} + {padding} - {kernel}}}{{{w.stride}}}"
    if axis.size is None:
        return rf"{symbol} = {fraction} + 1 = {axis.exact:.2f}\notin\mathbb{{N}}"
    return f"{symbol} = {_rounded(fraction, w.policy)} + 1 = {axis.size}"


def notices(found: Sizes) -> list[str]:
    """Two to four sentences about these very numbers."""
    axis = found.rows if not found.rows.fits else found.columns
    said = [_end(axis, found), _kept(found.rows)]
    if stepped_over(axis):
        said.append(
            f"{stepped_over(axis)} of the {axis.padded} rows or columns are stepped over: no weight ever reads them."
        )
    if sum(axis.padding) == 0 and axis.window.stride == 1 and axis.size:
        said.append(f"Without padding every such layer takes {axis.window.extent - 1} rows away, whatever the input.")
    if found.size and axis.window.stride > 1 and found.fits:
        said.append(
            f"Stride {axis.window.stride} maps {axis.window.stride} input sizes to {axis.size}: see *There and back*."
        )
    return said


def table(found: Sizes) -> str:
    """The numbers of both axes as comma-separated values."""
    rows = [HEADER]
    for name, axis in (("rows", found.rows), ("columns", found.columns)):
        w = axis.window
        cells = [name, axis.n, w.k, w.stride, w.dilation, *axis.padding, w.policy, axis.exact]
        cells += ["" if axis.size is None else axis.size, axis.fits, axis.dropped, axis.lost, axis.overhang]
        rows.append(",".join(map(str, cells)))
    return "\n".join(rows) + "\n"


def _end(axis: Fit, found: Sizes) -> str:
    """How the last window ends."""
    w, room = axis.window, axis.padded - axis.window.extent
    if room < 0 and axis.size is None:
        return f"The window spans {w.extent} cells, the padded input has {axis.padded}: it cannot even start."
    if axis.fits:
        return (
            f"The last window ends on the last cell: the room to move, {room}, is a multiple of the stride {w.stride}."
        )
    if axis.size is None:
        whole = int(axis.exact)
        return (
            f"The room to move, {room}, is no multiple of {w.stride}. PyTorch and TensorFlow's VALID drop the rest and "
            f"give **{whole}**, SAME gives **{-(-axis.n // w.stride)}**."
        )
    if axis.overhang:
        return f"The last window hangs over the end by {axis.overhang}; a max pool takes the largest of what is there."
    rows, columns = found.rows.lost, found.columns.lost
    if not rows + columns:
        return "What is dropped is **padding only**: no cell of the input is lost."
    return f"**{counted(rows, columns)}** of the input never reach the output, and no program warns you."


def _kept(axis: Fit) -> str:
    """The padding that keeps the size."""
    before, after = axis.window.same_padding()
    if before != after:
        return (
            f"An even window of {axis.window.extent} keeps the size at stride 1 only if {before} before and "
            f"{after} after are zeros: that is why kernels are odd."
        )
    d = axis.window.dilation
    rule = "(k − 1)/2" if d == 1 else "d(k − 1)/2"
    return (
        f"At stride 1, {rule} = **{before}** zeros on each side keep the size; k = 3 takes {d}, 5 takes {2 * d}, "
        f"7 takes {3 * d}."
    )


def _plain(found: Sizes) -> bool:
    axes = (found.rows, found.columns)
    return all(axis.window.dilation == 1 and axis.padding[0] == axis.padding[1] for axis in axes)


def _rounded(fraction: str, policy: str) -> str:
    if policy == "error":
        return fraction
    return rf"\left\l{policy} {fraction} \right\r{policy}"


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", r"{,}")
