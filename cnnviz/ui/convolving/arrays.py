"""The arrays of the convolution lecture: from a menu and a seed, or typed, or written into a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arithmetic import inputs, written
from cnnviz.arithmetic.banks import bank
from cnnviz.arithmetic.geometry import Geometry, Setting
from cnnviz.arithmetic.kernels import KERNELS, Kernel, Shape
from cnnviz.arithmetic.padding import BadConvolution, check
from cnnviz.data.samples import SAMPLES
from cnnviz.ui import cache, state
from cnnviz.ui.controls import choose

Array = NDArray[Any]
EDITABLE = 400  # numbers: more would not fit into a link
_TYPED = re.compile(r"[\d\s.,;|/eE+\-−\[\]]*", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """An entry of the menu of kernels."""

    name: str
    title: str
    summary: str
    reference: str = ""


KINDS: Mapping[str, Kind | Kernel] = MappingProxyType(
    {
        "deck": Kind("deck", "The deck's numbers", "The worked example of deck D1, in 1-D that of D4."),
        "dice": Kind("dice", "Random halves", "Halves from −2 to 2, drawn with the seed."),
        **KERNELS,
        "own": Kind("own", "Your own numbers", "Type them under More, or write into a cell."),
    }
)


@dataclass(frozen=True)
class Made:
    """What the arrays are made from; ``picture`` is a sample, ``own`` the typed input, kernel, bias."""

    source: str
    picture: str
    kernel: str
    shape: Shape
    size: tuple[int, int, int]
    filters: int
    groups: int
    line: bool
    transposed: bool
    seed: int
    own: tuple[str, str, str]


def choose_sample(source: str) -> str:
    """Which sample picture is shrunk to the input; asked only if one is wanted."""
    first = next(iter(SAMPLES))
    if source != "photo":
        return first
    return choose("Picture", list(SAMPLES), key="picture", default=first, title=lambda name: SAMPLES[name].title)


def typed(source: str, kind: str) -> tuple[str, str, str]:
    """Fields for the student's own input, kernel and bias."""
    for key in ("c-x", "c-w", "c-b"):
        state.linked(key, "", _is_typed)
    grammar = "Blanks between numbers, ; after a row, | between channels"
    return (
        st.text_area(
            "Your input", key="c-x", height=70, disabled=source != "own", help=grammar, max_chars=written.MAX_CHARACTERS
        )
        or "",
        st.text_area(
            "Your kernel",
            key="c-w",
            height=70,
            disabled=kind != "own",
            help=f"{grammar}, / between filters",
            max_chars=written.MAX_CHARACTERS,
        )
        or "",
        st.text_input("Bias of each filter", key="c-b", help="One number for all, or one for each; none: no bias.")
        or "",
    )


def make(made: Made) -> tuple[Array, Array, Array | None, int, list[str]]:
    """Input, kernel, bias, the groups that divide them, and what was not as asked for."""
    notes: list[str] = []
    x = _or_note(lambda: input_of(made), lambda: input_of(replace(made, source="deck")), notes)
    channels, groups = len(x), made.groups
    filters = _filters(made)
    if channels % groups or filters % groups:
        notes.append(
            f"{groups} groups do not divide {channels} channels and {filters} filters; change one. Drawn with 1 group."
        )
        groups = 1
    fixed = replace(made, groups=groups, filters=filters)
    w = _or_note(
        lambda: _fitting(weights_of(fixed, channels), channels, fixed),
        lambda: weights_of(replace(fixed, kernel="dice"), channels),
        notes,
    )
    bias = _or_note(lambda: _bias(made.own[2]), lambda: None, notes) if made.own[2].strip() else None
    return x, w, bias, groups, notes


def input_of(made: Made) -> Array:
    """The input (C, H, W); a line has H = 1."""
    if made.source == "own" and made.own[0].strip():
        x = written.read(made.own[0], "your input", rank=3)
        if made.line and x.shape[1] > 1:
            raise BadConvolution("your input has several rows; set “the input is” to 2-D, or write one row")
        return x
    if made.source == "photo":
        return inputs.shrunk(_channels(cache.sample_picture(made.picture), made.size[0]), made.size[1:])
    return inputs.source("deck" if made.source == "own" else made.source, made.size, seed=made.seed)


def weights_of(made: Made, channels: int) -> Array:
    """The kernel (O, C/g, kh, kw), or transposed (C, O/g, kh, kw)."""
    if made.kernel == "own" and made.own[1].strip():
        return written.read(made.own[1], "your kernel", rank=4)
    return bank(
        "deck" if made.kernel == "own" else made.kernel,
        (made.filters, channels),
        made.shape,
        line=made.line,
        transposed=made.transposed,
        groups=made.groups,
        seed=made.seed,
    )


def written_as(which: str, array: Array) -> dict[str, str]:
    """What the link has to hold so that ``array`` is the input, the weights or the bias."""
    text = written.write(array)
    return {
        "input": {"c-input": "own", "c-x": text},
        "weights": {"c-kernel": "own", "c-w": text},
        "bias": {"c-b": text},
    }[which]


def check_border(shape: Geometry, setting: Setting) -> None:
    """Refuse a border that its mode cannot fill."""
    if not shape.transposed:
        check(shape.input, shape.sides, setting.padding_mode)


def _filters(made: Made) -> int:
    """As many as the slider says, or as the student's own kernel has."""
    if made.kernel != "own" or not made.own[1].strip():
        return made.filters
    w = _or_note(lambda: written.read(made.own[1], "your kernel", rank=4), lambda: None, notes=[])
    if w is None:
        return made.filters
    return int(w.shape[1] * made.groups if made.transposed else len(w))


def _fitting(w: Array, channels: int, made: Made) -> Array:
    wanted = len(w) if made.transposed else w.shape[1] * made.groups
    if channels != wanted:
        raise BadConvolution(f"your kernel is for {wanted} channels and the input has {channels}; make them equal")
    if made.line and w.shape[2] > 1:
        raise BadConvolution("your kernel has several rows; set “the input is” to 2-D, or write one row")
    return w


def _bias(text: str) -> Array:
    values: Array = written.read(text, "the bias", rank=3).ravel()
    return values


def _channels(pixels: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Gray for one channel, RGB for three, repeated for more."""
    gray = channels == 1
    planes = pixels.mean(axis=2, keepdims=True) if gray else pixels[:, :, [c % 3 for c in range(channels)]]
    return np.asarray(planes, dtype=np.uint8)


def _or_note(make_it: Callable[[], Any], instead: Callable[[], Any], notes: list[str]) -> Any:
    """What the first makes; if it is refused, its sentence is noted and the second is used."""
    try:
        return make_it()
    except BadConvolution as error:
        notes.append(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return instead()


def _is_typed(text: str) -> bool:
    return len(text) <= written.MAX_CHARACTERS and _TYPED.fullmatch(text) is not None
