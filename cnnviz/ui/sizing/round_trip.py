"""There and back: which inputs give this output, and what the transposed convolution has to be told to return each."""

from __future__ import annotations

import streamlit as st

from cnnviz.arithmetic import Fit, Sizes
from cnnviz.arithmetic.sizes import round_trip
from cnnviz.ui.sizing.controls import Setting

MOST = 8  # rows of the table


def there_and_back(setting: Setting, found: Sizes) -> None:
    """The transposed size with its numbers, and a table of the sizes that are alike from above."""
    st.subheader("There and back", anchor=False)
    if found.size is None:
        st.markdown("There is no output to come back from: first make the window fit.")
        return
    st.latex(r"n' = (o - 1)\,s - p_0 - p_1 + d\,(k - 1) + 1 + p_\text{out}")
    for name, axis in _axes(setting, found):
        st.latex(back(axis, name))
        st.markdown(table(axis))
        if axis.overhang:
            st.caption(
                f"The window hung over the end of {axis.n}. The way back knows no overhang: it returns "
                f"{round_trip(axis)[0][0]} or more."
            )
    st.caption(
        "A transposed convolution (deconvolution, up-convolution) undoes the size, not the numbers. A stride of s maps "
        "s sizes to one, so PyTorch asks for `output_padding`, p_out, at most s − 1 (or d − 1, if that is more)."
    )


def back(axis: Fit, name: str = "") -> str:
    """The formula with the numbers of one axis, and the output padding that recovers its input."""
    w, (before, after) = axis.window, axis.padding
    least = round_trip(axis)[0][0]
    head = rf"\text{{{name}: }}" if name else ""
    extra = axis.n - least
    numbers = rf"({axis.size} - 1)\cdot{w.stride} - {before} - {after} + {w.dilation}\,({w.k} - 1) + 1"
    if not 0 <= extra < w.stride:
        return rf"{head}{numbers} = {least}"
    return rf"{head}{numbers} + {extra} = {axis.n}"


def table(axis: Fit) -> str:
    """Input sizes with this output size, as a markdown table."""
    pairs = round_trip(axis)[:MOST]
    head = "| input | " + " | ".join(f"**{n}**" if n == axis.n else str(n) for n, _ in pairs) + " |"
    rule = "|---|" + "--:|" * len(pairs)
    there = f"| after the convolution | {' | '.join(str(axis.size) for _ in pairs)} |"
    told = "| output padding to return | " + " | ".join(str(extra) for _, extra in pairs) + " |"
    return f"{head}\n{rule}\n{there}\n{told}"


def _axes(setting: Setting, found: Sizes) -> list[tuple[str, Fit]]:
    return [("", found.rows)] if setting.square else [("rows", found.rows), ("columns", found.columns)]
