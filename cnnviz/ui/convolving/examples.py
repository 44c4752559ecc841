"""The decks' convolutions, one click each, with what is wrong in them."""

from __future__ import annotations

from typing import Any

from cnnviz.params import params
from cnnviz.ui.convolving.controls import More, Moves
from cnnviz.ui.presets import Preset

_D1 = "Deck D1, “Convolution”, worked example"

_DEFAULTS: dict[str, Any] = {f"c-{p.name}": p.default for record in (Moves, More) for p in params(record)}


def _example(title: str, values: dict[str, Any], note: str, source: str) -> Preset:
    """A preset that stands only if nothing else differs from its default; the view may."""
    return Preset(title, {**_DEFAULTS, "c-b": "", **values}, note, source)


EXAMPLES = (
    _example(
        "45, 110 / 40, 40",
        {"c-input": "deck", "c-kernel": "deck", "c-flip": True, "c-padding": "valid"},
        "True convolution: the kernel is turned by 180° to [[1, 0.5], [0.25, 0]] before it slides. "
        "The slide counts from 1; its formula written in code, which counts from 0, is off by one.",
        _D1,
    ),
    _example(
        "70, 30 / 10, 40",
        {"c-input": "deck", "c-kernel": "deck", "c-flip": False, "c-padding": "valid"},
        "Cross-correlation: the same arrays, the kernel as it stands. This is what torch.conv2d and every other "
        "framework compute and call convolution; the decks D1 and D4 define the turned one.",
        _D1,
    ),
    _example(
        "Full 4×4",
        {"c-input": "deck", "c-kernel": "deck", "c-flip": True, "c-padding": "full"},
        "Every overlap counts, even of one cell: 3 + 2 − 1 = 4 on each side. 45, 110, 40, 40 are its centre.",
        _D1,
    ),
    _example(
        "−8 and a lost 3",
        {"c-axes": "1-D", "c-input": "deck", "c-kernel": "deck", "c-flip": False},
        "The slide says 3×5 + (−2)10 + (−1) = −8, but that is −6. With (−1)·3 it is −8: a 3 was lost, "
        "and the input was 5, 10, 3.",
        "Deck D4, handwritten",
    ),
    _example(
        "75 numbers, one sum",
        {
            "c-input": "dice",
            "c-kernel": "dice",
            "c-rows": 32,
            "c-columns": 32,
            "c-channels": 3,
            "c-side": 5,
            "c-b": "1",
        },
        "A 5×5×3 filter on a 32×32×3 picture: each output is a dot product of 75 numbers plus a bias, "
        "and 28×28 places give a 28×28×1 map.",
        "Deck D1, “Convolution layer”",
    ),
    _example(
        "Six filters",
        {
            "c-input": "dice",
            "c-kernel": "dice",
            "c-rows": 32,
            "c-columns": 32,
            "c-channels": 3,
            "c-side": 5,
            "c-filters": 6,
            "c-b": "1",
        },
        "Six filters give six maps, stacked to 28×28×6: the input of the next layer. "
        "6·(75 + 1) = 456 numbers are learned.",
        "Deck D1, “Convolution layer”",
    ),
    _example(
        "Depthwise",
        {
            "c-input": "five",
            "c-kernel": "sobel-x",
            "c-rows": 8,
            "c-columns": 8,
            "c-channels": 3,
            "c-filters": 3,
            "c-groups": 3,
        },
        "As many groups as channels: each filter sees one channel, 9 weights instead of 27. MobileNet mixes the "
        "channels afterwards with 1×1 kernels.",
        "Deck D4, MobileNet",
    ),
    _example(
        "Transposed",
        {
            "c-view": "matrix",
            "c-input": "dice",
            "c-kernel": "dice",
            "c-rows": 2,
            "c-columns": 2,
            "c-stride": 2,
            "c-padding": "1",
            "c-extra": 1,
            "c-transposed": True,
        },
        "Every input cell stamps the kernel into the output, two cells further each time, and overlaps add up. With "
        "one cell cut off and one output row and column added, 2×2 becomes 4×4: the way back from a stride of 2. "
        "Its matrix is the transpose of the convolution's.",
        "Deck D1, segmentation: FCN, then upsampling",
    ),
    _example(
        "Dilated",
        {
            "c-input": "five",
            "c-kernel": "sobel-x",
            "c-rows": 12,
            "c-columns": 12,
            "c-dilation": 2,
            "c-padding": "same",
        },
        "Gaps between the weights: 3×3 weights span 5×5 cells.",
        "Yu & Koltun 2016",
    ),
    _example(
        "64 Gabor filters",
        {
            "c-input": "photo",
            "c-kernel": "gabor",
            "c-rows": 32,
            "c-columns": 32,
            "c-channels": 3,
            "c-filters": 64,
            "c-side": 5,
        },
        "A first layer by hand: 64 directions of stripes, 5×5 each, on a 32×32 picture. "
        "Trained networks find such kernels by themselves.",
        "Deck D3, “96 filters 11×11×3”",
    ),
)
