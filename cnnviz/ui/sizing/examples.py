"""The numbers of the decks, one click each, with what is wrong or silent in them."""

from __future__ import annotations

from typing import Any

from cnnviz.arithmetic import dense_parameters
from cnnviz.ui.presets import Preset

MIXED = dense_parameters((224, 224, 3), (55, 55, 96))
RIGHT = dense_parameters((227, 227, 3), (55, 55, 96))
_DEFAULT = {"padding": 0, "end": 0, "stride": 1, "dilation": 1, "channels": 1, "filters": 1}


def _values(n: int, k: int, *, policy: str = "floor", **more: int) -> dict[str, Any]:
    numbers = _DEFAULT | {"input": n, "kernel": k} | more
    named: dict[str, Any] = {f"size-{name}": value for name, value in numbers.items()}
    return named | {"size-policy": policy, "size-uneven": False}


EXAMPLES = (
    Preset(
        "7×7, stride 1",
        _values(7, 3, policy="error"),
        "(7 − 3)/1 + 1 = 5.",
        "Deck D1, “A closer look at spatial dimensions”",
    ),
    Preset(
        "stride 2", _values(7, 3, stride=2, policy="error"), "(7 − 3)/2 + 1 = 3.", "Deck D1, “applied with stride 2”"
    ),
    Preset(
        "stride 3, refused",
        _values(7, 3, stride=3, policy="error"),
        "(7 − 3)/3 + 1 = 2.33: “doesn't fit, cannot apply”. That is the deck's rule; no framework refuses. PyTorch, "
        "TensorFlow's VALID and ConvNetJS give 2×2 without a word, SAME gives 3×3.",
        "Deck D1, “applied with stride 3?”",
    ),
    Preset(
        "stride 3 in PyTorch",
        _values(7, 3, stride=3),
        "The same numbers, rounded down: 2×2, and the last row and the last column are never read.",
        "Deck D1, “applied with stride 3?”",
    ),
    Preset(
        "stride 3, SAME",
        _values(7, 3, stride=3, policy="same"),
        "TensorFlow's SAME pads one zero on each side: 3×3, nothing is dropped.",
        "Deck D1, “applied with stride 3?”",
    ),
    Preset(
        "zero pad 1",
        _values(7, 3, padding=1, policy="error"),
        "7×7 stays 7×7. Zeros of (F − 1)/2 keep the size at stride 1: F = 3 takes 1, 5 takes 2, 7 takes 3. The formula "
        "that the slide recalls, (N − F)/stride + 1, lacks the + 2P that it uses.",
        "Deck D1, “zero pad the border”",
    ),
    Preset(
        "six 5×5×3",
        _values(32, 5, channels=3, filters=6),
        "Each number of the 28×28 map is a dot product of 5·5·3 = 75 numbers, plus a bias; six filters give 28×28×6.",
        "Deck D1, “Convolution layer”",
    ),
    Preset(
        "ten 5×5, pad 2",
        _values(32, 5, padding=2, channels=3, filters=10),
        "(32 + 2·2 − 5)/1 + 1 = 32, so 32×32×10. The slide stops there; the layer has 10·(75 + 1) = 760 parameters.",
        "Deck D1, “Output volume size”",
    ),
    Preset(
        "AlexNet, 227",
        _values(227, 11, stride=4, channels=3, filters=96, policy="error"),
        f"55×55×96 from 34,944 parameters needs an input of 227. A fully connected layer would need {RIGHT:,} weights; "
        f"the slide's 43.7 × 10⁹ is {MIXED:,}, which joins 224×224×3 to the output of 227.",
        "Deck D1, “AlexNet”",
    ),
    Preset(
        "AlexNet, 224",
        _values(224, 11, stride=4, channels=3, filters=96, policy="error"),
        "The paper writes 224, and 224 does not fit: 54.25. It takes one zero before and two after (227), or "
        "torchvision's padding of 2, which drops one row of zeros and gives 55 as well.",
        "Deck D1, “AlexNet”; Krizhevsky et al. 2012",
    ),
    Preset(
        "5×5 instead of 7×7",
        _values(7, 3),
        "The slide says that stride downsamples, and shows stride 1. Its 7×7 shrinks to 5×5 because nothing is padded: "
        "with padding 1 it stays 7×7, and it takes stride 2 to halve it.",
        "Deck D2, “Downsample input with stride”",
    ),
    Preset(
        "200×200, 40k units",
        _values(200, 5, padding=2),
        "40,000 hidden units are one per pixel: 200·200·40,000 = 1.6 × 10⁹ weights if each sees every pixel. The "
        "slide's “~2B” rounds that up and does not say that the picture is grey; in RGB it is 4.8 × 10⁹.",
        "Deck D1, “Scaling to larger-sized images”",
    ),
    Preset(
        "150×150×3, one unit",
        _values(150, 150, channels=3),
        "A window as large as the picture is one fully connected unit: 150×150 = 22,500 weights, and 3×22,500 = 67,500 "
        "in RGB, a product that the slide leaves open.",
        "Deck D1, “Motivation: convolutional neural networks”",
    ),
    Preset(
        "CIFAR-10, 10 scores",
        _values(32, 32, channels=3, filters=10),
        "W has 10×3072 = 30,720 weights, and 10 biases: the fully connected layer is a convolution with a window as "
        "large as the picture.",
        "Deck D1, “Fully connected layer”",
    ),
    Preset(
        "3×3 ∗ 2×2, full",
        _values(3, 2, padding=1),
        "Padding k − 1 on each side gives the full convolution, 4×4. The slide's is the valid one: padding 0, 2×2.",
        "Deck D1, the worked convolution",
    ),
)
