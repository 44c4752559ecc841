"""The same job done three ways: joined to everything, joined to a window, and sharing the window's weights."""

from __future__ import annotations

import streamlit as st

from cnnviz.arithmetic import Sizes, convolution_parameters, dense_parameters, local_parameters
from cnnviz.ui.sizing.controls import Setting
from cnnviz.ui.sizing.examples import MIXED, RIGHT

NBSP = "\N{NO-BREAK SPACE}"


def counting(setting: Setting, found: Sizes) -> None:
    """The table of weights and the deck's mix-up."""
    st.subheader("The same output from a fully connected layer", anchor=False)
    size = found.size or (max(1, int(found.rows.exact)), max(1, int(found.columns.exact)))
    st.markdown(table(setting, size))
    if found.size is None:
        st.caption(f"Counted for {size[0]}×{size[1]}, what rounding down would give.")
    st.caption(
        f"Deck D1 gives AlexNet's first layer 43.7 × 10⁹ as a fully connected one. That is 224·224·3 · 55·55·96 = "
        f"{MIXED:,}, but 224 does not give 55: the input of 227 that does needs {RIGHT:,}. Biases are counted in "
        "the convolution only, as the deck does."
    )


def table(setting: Setting, size: tuple[int, int]) -> str:
    """Three ways to the same output, with their numbers."""
    (h, w), c, f = setting.n, setting.channels, setting.filters
    kernel = (setting.rows.k, setting.columns.k)
    dense = dense_parameters((h, w, c), (*size, f))
    local = local_parameters(kernel, c, (*size, f))
    shared = convolution_parameters(kernel, c, f)
    window = f"{kernel[0]}·{kernel[1]}·{c}"
    out = f"{size[0]}·{size[1]}·{f}"
    rows = (
        ("fully connected", f"{h}·{w}·{c} · {out}", dense),
        ("own weights per window", f"{window} · {out}", local),
        ("**convolution**: shared weights", f"({window} + 1) · {f}", shared),
    )
    body = "\n".join(
        f"| {name} | {sum_.replace(' ', NBSP)} | **{count:,}** | {_times(count, shared)} |"
        for name, sum_, count in rows
    )
    return "| layer | numbers | parameters | times |\n|---|---|--:|--:|\n" + body


def _times(count: int, shared: int) -> str:
    ratio = count / shared
    return "" if count == shared else f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:.1f}×"
