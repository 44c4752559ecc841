"""How large is W? The weights of one fully connected layer, and of a convolution in its place."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz.params import param
from cnnviz.ui.controls import controls
from cnnviz.ui.presets import note, presets
from cnnviz.ui.scoring.examples import SIZES

TITLE = "How large is W?"
KERNEL = 5  # of the convolution that stands beside it: deck D1's 5×5


@dataclass(frozen=True)
class Layer:
    """A fully connected layer on a square picture."""

    side: int = param(32, low=8, high=256, label="picture's side", help="Pixels across and down.")
    colours: str = param("3", choices=("1", "3"), label="numbers per pixel", help="1 for gray, 3 for red, green, blue.")
    outputs: str = param(
        "10",
        choices=("10", "100", "1000", "40000"),
        label="outputs",
        help="Rows of W: one per class, or per hidden unit.",
    )


def section() -> None:
    """Choose picture and outputs; count the weights."""
    st.subheader(TITLE, anchor=False)
    with presets(SIZES, label="Sizes from the deck", key="size-example"):
        side, main = st.columns([1, 3], gap="medium")
        with side:
            layer = controls(Layer, key="size")
        with main:
            for line in formulas(layer):
                st.latex(line)
            st.markdown(reading(layer))
            note(SIZES)


def counts(layer: Layer) -> tuple[int, int, int]:
    """Inputs, weights of W, and parameters (with biases)."""
    inputs, outputs = layer.side**2 * int(layer.colours), int(layer.outputs)
    return inputs, inputs * outputs, (inputs + 1) * outputs


def formulas(layer: Layer) -> list[str]:
    """The product with these numbers."""
    inputs, weights, parameters = counts(layer)
    colours = rf"\cdot{layer.colours}" if layer.colours != "1" else ""
    given = rf"x:\ {layer.side}\cdot{layer.side}{colours} = {_tex(inputs)}"
    return [
        rf"{given}\qquad W:\ {_tex(int(layer.outputs))}\cdot{_tex(inputs)} = \mathbf{{{_tex(weights)}}}",
        rf"+\ {_tex(int(layer.outputs))}\ \text{{biases}} = {_tex(parameters)}",
    ]


def reading(layer: Layer) -> str:
    """What that means in memory, and what a convolution would need."""
    _, weights, _ = counts(layer)
    shared = (KERNEL**2 * int(layer.colours) + 1) * 10
    return (
        f"At 4 bytes each W takes **{_bytes(4 * weights)}**. Ten filters of {KERNEL}×{KERNEL} over the same picture "
        f"have **{shared:,}** weights and biases, whatever its size: they look everywhere with the same few numbers."
    )


def _tex(number: int) -> str:
    return f"{number:,}".replace(",", "{,}")


def _bytes(count: int) -> str:
    value, unit = next((count / size, unit) for size, unit in ((1e9, "GB"), (1e6, "MB"), (1, "bytes")) if count >= size)
    return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
