"""How many numbers a layer has to learn: every output cell joined to every input cell, to its window, or shared."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

Shape = Sequence[int]


def convolution_parameters(kernel: Shape, channels: int, filters: int, *, groups: int = 1, bias: bool = True) -> int:
    r"""Parameters of a convolution, whatever the size of its input.

    .. math:: F \cdot (k_h k_w C / g + 1)

    ``kernel`` is (height, width), ``channels`` those of the input. 96 filters of 11×11×3 have 34,944.
    """
    return filters * (prod(kernel) * channels // groups + bias)


def dense_parameters(inputs: Shape, outputs: Shape, *, bias: bool = False) -> int:
    """Parameters of a fully connected layer between two shapes: one weight per pair of an input and an output cell.

    Without biases by default, as decks count: 224·224·3 to 55·55·96 has 43,713,331,200.
    """
    return (prod(inputs) + bias) * prod(outputs)


def local_parameters(kernel: Shape, channels: int, outputs: Shape, *, bias: bool = False) -> int:
    """Parameters of a locally connected layer: each output cell sees its window only, with weights of its own."""
    return (prod(kernel) * channels + bias) * prod(outputs)
