"""A small network whose hidden units are left out: masks drawn one after another, and what their average settles to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="dropout"></div>'
_mount = component(
    "dropout_net",
    html=_HTML,
    css=style("dropout_net"),
    js=script("packing", "axes", "dropout_draw", "dropout_net"),
)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """A layer and its masks.

    Weights ``into`` ``(units, inputs)`` and ``out`` ``(units,)``, the output's bias ``shift``, what goes in, the hidden
    outputs, the masks ``(masks, units)``, and the probability ``drop`` they were drawn with.
    """

    into: Array
    out: Array
    shift: float
    inputs: Array
    hidden: Array
    kept: NDArray[np.bool_]
    drop: float


def dropout_net(layer: Layer, *, unit: int, key: str) -> None:
    """Draw the network with the mask in view and the running means of ``unit``; 8 kB for 1,000 masks of six units."""
    data = {
        "into": layer.into.tolist(),
        "out": layer.out.tolist(),
        "shift": layer.shift,
        "inputs": layer.inputs.tolist(),
        "hidden": layer.hidden.tolist(),
        "kept": packed(layer.kept, "u1"),
        "drop": layer.drop,
        "unit": unit,
    }
    _mount(key=key, data=data)
