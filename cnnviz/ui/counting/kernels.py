"""One large kernel or several small ones, and what a 1×1 convolution in front saves: the sums with their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz.ledger.comparisons import Kernels, Reduction, kernels
from cnnviz.params import param
from cnnviz.ui.controls import controls
from cnnviz.ui.counting.table import percent, short
from cnnviz.ui.presets import Preset, note, presets


@dataclass(frozen=True)
class Large:
    """The kernel that several 3×3 replace."""

    side: int = param(7, low=3, high=15, step=2, label="kernel", help="Side of the large kernel.")
    channels: int = param(64, low=1, high=512, help="C: channels in and out of every layer.")
    biases: bool = param(False, help="Count one bias per kernel as well.")


STACKS = (
    Preset(
        "5×5: 25 or 18",
        {"ask": "kernels", "large-side": 5, "large-channels": 1},
        "Two 3×3 see 5×5. With C channels both numbers are multiplied by C²; the deck counts one channel and no bias.",
        "Deck D2, VGG",
    ),
    Preset(
        "7×7: 49C² or 27C²",
        {"ask": "kernels", "large-side": 7, "large-channels": 64},
        "Three 3×3 have three ReLUs instead of one, and 45 % fewer weights.",
        "Deck D1, “more non-linearity than a single 7×7”",
    ),
    Preset(
        "11×11: 121 or 45",
        {"ask": "kernels", "large-side": 11, "large-channels": 1},
        "Five 3×3 see 11×11, as AlexNet's first kernels do.",
        "Deck D2, VGG",
    ),
)


@presets(STACKS, key="example-kernels", label="From the decks")
def large_or_small() -> None:
    """Controls, the two sums and what is left."""
    side, main = st.columns([1, 3], gap="medium")
    with side:
        chosen = controls(Large, key="large")
    with main:
        shown = kernels(chosen.side, channels=chosen.channels, biases=chosen.biases)
        for line in sums(shown):
            st.latex(line)
        st.markdown(
            f"**{shown.layers}** layers of 3×3 see **{shown.field}×{shown.field}**, save "
            f"**{percent(shown.saved, 1)}** of the parameters and have **{shown.nonlinearities}** ReLUs instead of "
            f"one. The price: {shown.layers} maps to remember instead of one while training."
            if shown.layers > 1
            else "A 3×3 is a 3×3: choose a larger kernel."
        )
        note(STACKS)


def sums(shown: Kernels) -> list[str]:
    """Both counts and the field, in LaTeX."""
    c, k, n = shown.channels, shown.large, shown.layers
    bias, told = (" + C", f" + {c}") if shown.biases else ("", "")
    start, end = ("(", ")") if shown.biases else ("", "")
    small = rf"{n} \cdot {start}3^2 \cdot {c}^2{told}{end} = {_tex(shown.small_parameters)}"
    return [
        rf"{k}\times{k}:\quad k^2 C^2{bias} = {k}^2 \cdot {c}^2{told} = {_tex(shown.large_parameters)}",
        rf"{n} \text{{ of }} 3\times3:\quad n\,{start}3^2 C^2{bias}{end} = {small},\qquad r = 1 + 2n = {shown.field}",
    ]


@dataclass(frozen=True)
class Module:
    """A convolution of an Inception module, and the 1×1 in front of it."""

    inputs: int = param(192, low=16, high=1024, step=16, label="channels in", help="C: what the module gets.")
    reduced: int = param(16, low=4, high=256, step=4, label="channels after the 1×1", help="R: what the 1×1 leaves.")
    outputs: int = param(32, low=8, high=512, step=8, label="channels out", help="O: kernels of the convolution.")
    kernel: int = param(5, choices=(3, 5, 7), help="Side of the kernels.")
    size: int = param(28, low=7, high=56, step=7, label="map", help="Side of the map; it multiplies both.")


MODULES = (
    Preset(
        "Inception 3a, 5×5",
        {"ask": "reduction", "module-inputs": 192, "module-reduced": 16, "module-outputs": 32, "module-kernel": "5"},
        "The first module's 5×5 path: a 1×1 to 16 channels makes it ten times cheaper.",
        "Decks D1 and D2, GoogLeNet's module",
    ),
    Preset(
        "Inception 3a, 3×3",
        {"ask": "reduction", "module-inputs": 192, "module-reduced": 96, "module-outputs": 128, "module-kernel": "3"},
        "The 3×3 path keeps half of the channels and saves less than half.",
        "Decks D1 and D2, GoogLeNet's module",
    ),
    Preset(
        "ResNet-50's bottleneck",
        {
            "ask": "reduction",
            "module-inputs": 256,
            "module-reduced": 64,
            "module-outputs": 64,
            "module-kernel": "3",
            "module-size": 56,
        },
        "The same idea in a residual block: 256 channels to 64, then the 3×3. The 1×1 back to 256 is not counted here.",
        "Deck D0, the bottleneck block",
    ),
)


@presets(MODULES, key="example-reduction", label="From the decks")
def reduction() -> None:
    """Controls, the two sums and where the saving ends."""
    side, main = st.columns([1, 3], gap="medium")
    with side:
        chosen = controls(Module, key="module")
    shown = Reduction(chosen.inputs, chosen.reduced, chosen.outputs, chosen.kernel, chosen.size)
    with main:
        for line in reduced_sums(shown):
            st.latex(line)
        better = (
            f"The 1×1 makes it **{shown.saving:.1f} times** cheaper."
            if shown.saving > 1
            else f"Here the 1×1 costs more than it saves: **{1 / shown.saving:.1f} times** the work."
        )
        st.markdown(
            f"{better} Parameters, with biases: **{shown.direct_parameters:,}** directly, "
            f"**{shown.reduced_parameters:,}** with the 1×1. Nothing is saved from "
            f"**{shown.break_even:.0f}** reduced channels on."
        )
        note(MODULES)


def reduced_sums(shown: Reduction) -> list[str]:
    """Work without and with the 1×1, in LaTeX."""
    c, r, o, k, m = shown.inputs, shown.reduced, shown.outputs, shown.kernel, shown.size
    direct = rf"{k}^2 \cdot {c} \cdot {o} \cdot {m}^2 = {_prefixed(shown.direct_macs)}"
    first = rf"({c} \cdot {r} + {k}^2 \cdot {r} \cdot {o}) \cdot {m}^2 = {_prefixed(shown.reduced_macs)}"
    return [
        rf"\text{{directly:}}\quad k^2\,C\,O\,M^2 = {direct}\ \text{{MACs}}",
        rf"\text{{1×1 first:}}\quad (C\,R + k^2 R\,O)\,M^2 = {first}\ \text{{MACs}}",
    ]


def _tex(number: int) -> str:
    return f"{number:,}".replace(",", "{,}")


def _prefixed(number: int) -> str:
    value, _, prefix = short(number).partition("\N{NO-BREAK SPACE}")
    return rf"{value}\,\text{{{prefix}}}"
