"""The answer in large type, the windows on the padded input, and what would make them fit."""

from __future__ import annotations

import streamlit as st

from cnnviz.arithmetic import BadSize, Fit, Sizes, fit
from cnnviz.arithmetic.remedies import Remedy, remedies
from cnnviz.ui.components.tiling import tiling
from cnnviz.ui.presets import note
from cnnviz.ui.sizing.controls import Setting, apply
from cnnviz.ui.sizing.examples import EXAMPLES

MOST = 6  # buttons in the row below the figure


def figure(setting: Setting, found: Sizes) -> None:
    """Verdict, drawing, and at its side the buttons; a window that is too large is told and drawn all the same."""
    said, why = verdict(setting, found), problem(setting)
    with st.container(key="size-answer"):
        st.header(said, anchor=False)
    drawing, side = st.columns([2, 1], gap="medium")
    with drawing:
        told = ", ".join(text for _, text in legend(found))
        tiling(found, legend=legend(found), alt=f"{plain(said)}. {told}", key="tiling")
    with side:
        if why:
            st.warning(why[:1].upper() + why[1:] + ".", icon=":material/fit_screen:")
        buttons(setting, found)
        note(EXAMPLES)


def problem(setting: Setting) -> str:
    """Why not even one window can be placed, or nothing."""
    try:
        for n, window in zip(setting.n, (setting.rows, setting.columns), strict=True):
            fit(n, window)
    except BadSize as error:
        return str(error)
    return ""


def verdict(setting: Setting, found: Sizes) -> str:
    """The answer in one line of markdown."""
    deep = setting.channels * setting.filters > 1
    start = by(setting.n) + (f"×{setting.channels}" if deep else "")
    exact = number(found.rows.exact) if setting.square else by((found.rows.exact, found.columns.exact))
    if problem(setting):
        return f"{start} :red[is too small for this window]"
    if found.size is None:
        return f"{start} :red[does not fit: {exact}]"
    answer = f"{start} → **{by(found.size)}" + (f"×{setting.filters}**" if deep else "**")
    if found.fits:
        return answer
    return f"{answer} :red[(rounded from {exact})]"


def plain(markdown: str) -> str:
    """The verdict without its markup, for those who hear it."""
    for mark in ("**", ":red[", "]"):
        markdown = markdown.replace(mark, "")
    return markdown


def legend(found: Sizes) -> list[tuple[str, str]]:
    """What the colours of the drawing are, with their numbers; only what is there."""
    rows, columns = found.rows, found.columns
    moves = _pair(rows.window.stride, columns.window.stride)
    entries = [
        ("input", f"input {by((rows.n, columns.n))}"),
        ("padding", _padding(found)),
        ("window", f"window {by((rows.window.k, columns.window.k))}, moves by {moves}"),
        ("result", f"output {by(found.size)}" if found.size else ""),
        ("dropped", _dropped(found)),
        ("skipped", "stepped over" if any(stepped_over(axis) for axis in (rows, columns)) else ""),
        ("overhang", _overhang(found)),
    ]
    return [(kind, text) for kind, text in entries if text]


def stepped_over(axis: Fit) -> int:
    """Cells between the first and the last weight that none reads."""
    return max(0, axis.padded - axis.dropped - axis.read)


def buttons(setting: Setting, found: Sizes) -> None:
    """What would make it fit, or which strides do: one click each."""
    with st.container(horizontal=True, vertical_alignment="center", key="size-remedies"):
        listed = [(_label(remedy), _values(remedy)) for remedy in remedies(found)]
        if listed:
            st.markdown("It fits with")
        else:
            st.markdown("Strides that fit" if setting.rows.policy != "same" else "Strides")
            listed = [(str(s), {"stride": (s, s)}) for s in _strides(found)]
        now = found.rows.window.stride, found.columns.window.stride
        for label, values in listed[:MOST]:
            same = values.get("stride") == now and found.fits
            st.button(
                label, key=f"fit {label}", on_click=apply, args=(values,), type="primary" if same else "secondary"
            )


def _strides(found: Sizes) -> list[int]:
    if found.rows.window.policy == "same":
        return [1, 2, 3, 4]
    shared = [s for s in found.rows.strides if s in found.columns.strides and s <= 64]
    return shared[: MOST - 1] + shared[MOST - 1 :][-1:]


def _label(remedy: Remedy) -> str:
    if remedy.kind == "input":
        return f"input {by(remedy.n)}"
    if remedy.kind == "stride":
        return f"stride {_pair(*remedy.stride)}"
    (top, bottom), (left, right) = remedy.padding
    if remedy.kind == "padding":
        return f"padding {_pair(top, left)}"
    if (top, bottom) == (left, right):
        return f"padding {top} before, {bottom} after"
    return f"padding {top}+{bottom} × {left}+{right}"


def _values(remedy: Remedy) -> dict[str, tuple[int, int]]:
    if remedy.kind == "input":
        return {"input": remedy.n}
    if remedy.kind == "stride":
        return {"stride": remedy.stride}
    rows, columns = remedy.padding
    return {"padding": (rows[0], columns[0]), "end": (rows[1] - rows[0], columns[1] - columns[0])}


def _padding(found: Sizes) -> str:
    rows, columns = found.rows.padding, found.columns.padding
    if not any(rows + columns):
        return ""
    if rows == columns:
        return f"zeros, {rows[0]} before, {rows[1]} after" if rows[0] != rows[1] else f"zeros, {rows[0]} on each side"
    return f"zeros, rows {rows[0]} + {rows[1]}, columns {columns[0]} + {columns[1]}"


def _dropped(found: Sizes) -> str:
    rows, columns = found.rows.dropped, found.columns.dropped
    if not rows + columns:
        return ""
    return ("left over: " if found.size is None else "dropped: ") + counted(rows, columns)


def _overhang(found: Sizes) -> str:
    rows, columns = found.rows.overhang, found.columns.overhang
    return f"hangs over: {counted(rows, columns)}" if rows + columns else ""


def counted(rows: int, columns: int) -> str:
    """``1 row and 2 columns``."""
    named = ((rows, "row"), (columns, "column"))
    return " and ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in named if count)


def by(pair: tuple[float, float] | tuple[int, int]) -> str:
    """``7×5``."""
    return f"{number(pair[0])}×{number(pair[1])}"


def number(value: float) -> str:
    """Two digits where there is a fraction."""
    return f"{value:.2f}".removesuffix(".00").replace("-", "−")


def _pair(rows: int, columns: int) -> str:
    return str(rows) if rows == columns else f"{rows}×{columns}"
