"""Chains of layers, ways to make a window fit, and counts: against torch's modules."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch
from torch import nn

from cnnviz.arithmetic import (
    BadChain,
    BadSize,
    Sizes,
    Window,
    convolution_parameters,
    dense_parameters,
    fit,
    local_parameters,
    parse_chain,
    walk,
)
from cnnviz.arithmetic.chains import MOST, Layer, describe
from cnnviz.arithmetic.remedies import remedies
from cnnviz.arithmetic.sizes import place
from cnnviz.ui.sizing.chain import KNOWN


def module(layer: Layer, channels: int) -> nn.Module:
    """The same layer in torch."""
    axes = (layer.rows, layer.columns)
    kernel, stride, dilation = (tuple(getattr(a, name) for a in axes) for name in ("k", "stride", "dilation"))
    padding = tuple(a.padding[0] for a in axes)
    if layer.kind == "pool":
        return nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=layer.rows.policy == "ceil")
    out = layer.filters or channels
    if layer.kind == "deconv":
        return nn.ConvTranspose2d(
            channels, out, kernel, stride, padding, layer.output_padding, dilation=dilation, device="meta"
        )
    return nn.Conv2d(channels, out, kernel, stride, padding, dilation, device="meta")


MIXED = "input 31x40x3; conv 3x5 s2x1 p1x2 d1x2 f8\npool 3 s2 ceil ; conv 1; pool 2x3\n"
MIXED += " deconv 4 s2 p1 f2\ndeconv 3 s2 p1 o1x0"


@pytest.mark.parametrize("text", [*KNOWN.values(), MIXED])
def test_a_chain_has_the_sizes_of_torchs_modules(text: str) -> None:
    chain = parse_chain(text)
    steps = walk(chain)
    picture = torch.zeros(1, chain.channels, *chain.size, device="meta")
    assert len(steps) == len(chain.layers) >= 2
    for step in steps:
        assert tuple(picture.shape[2:]) == step.before
        picture = module(step.layer, picture.shape[1])(picture)
        assert tuple(picture.shape[1:]) == (step.channels, *(step.after or ()))


def test_known_chains_end_where_their_papers_do() -> None:
    ends = {name: describe(walk(parse_chain(text))).split(" → ")[1:] for name, text in KNOWN.items()}
    assert ends["AlexNet"] == ["55×55", "27×27", "27×27", "13×13", "13×13", "13×13", "13×13", "6×6"]
    assert ends["LeNet-5"] == ["28×28", "14×14", "10×10", "5×5", "1×1"]
    assert ends["ConvNetJS"] == ["32×32", "16×16", "16×16", "8×8", "8×8", "4×4"]
    assert ends["ResNet stem"] == ["112×112", "56×56"]
    assert ends["Autoencoder"] == ["14×14", "7×7", "14×14", "28×28"]


def test_a_chain_ends_where_a_layer_does_not_fit() -> None:
    refused = walk(parse_chain("input 7x7\nconv 3 s3 error\nconv 3"))
    assert [step.after for step in refused] == [None]
    assert refused[0].problem.startswith("does not fit: 2.33")
    small = walk(parse_chain("input 7x7; pool 3; conv 5; conv 1"))
    assert [step.after for step in small] == [(2, 2), None]
    assert "raise padding to at least 2" in small[1].problem
    assert small[0].dropped == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the first line is the input; write for example: input 227x227x3"),
        ("conv 3", "the first line is the input"),
        ("input 0x7", "choose numbers from 1 to 4096"),
        ("input 7x7\nconv", "'conv' is no layer; write for example: conv 5 s1 p2 f16"),
        ("input 7x7\ndense 10", "'dense 10' is no layer"),
        ("input 7x7\nconv 3 z2", "'z2' is not understood; there are s2, p1, d2, f16, o1"),
        ("input 7x7\nconv 3 f0", "at least one filter"),
        ("input 7x7\nconv 3 ![](//evil/x)", "'??????evil?x?' is not understood"),
        ("input 7x7\n" + "conv 1\n" * (MOST + 1), f"there are {MOST + 1} layers; show at most {MOST}"),
    ],
)
def test_a_line_that_is_no_layer_is_told(text: str, words: str) -> None:
    with pytest.raises(BadChain) as caught:
        parse_chain(text)
    assert words in str(caught.value) and len(str(caught.value)) <= 140


def test_a_layer_that_cannot_be_is_told() -> None:
    with pytest.raises(BadSize, match="the stride is 0"):
        parse_chain("input 7x7\nconv 3 s0")


def test_every_remedy_makes_both_axes_fit() -> None:
    draw, kinds = random.Random(0), set()

    def window() -> Window:
        padding = (draw.randint(0, 3), draw.randint(0, 3))
        policy = draw.choice(["error", "floor", "ceil"])
        return Window(draw.randint(1, 7), draw.randint(1, 7), padding, draw.randint(1, 2), policy)

    for _ in range(5000):
        n, windows = (draw.randint(1, 20), draw.randint(1, 20)), (window(), window())
        found = Sizes(place(n[0], windows[0]), place(n[1], windows[1]))
        listed = remedies(found)
        assert bool(listed) != found.fits  # the next larger input always helps
        for remedy in listed:
            kinds.add(remedy.kind)
            for axis in (0, 1):
                changed = replace(windows[axis], stride=remedy.stride[axis], padding=remedy.padding[axis])
                assert fit(remedy.n[axis], changed).fits, (n, windows, remedy)
    assert kinds == {"padding", "uneven padding", "input", "stride"}


def test_parameters_equal_torchs() -> None:
    draw = random.Random(1)
    for _ in range(100):
        groups = draw.choice([1, 1, 2])
        channels, filters = groups * draw.randint(1, 4), groups * draw.randint(1, 6)
        kernel = (draw.randint(1, 5), draw.randint(1, 5))
        layer = nn.Conv2d(channels, filters, kernel, groups=groups)
        assert convolution_parameters(kernel, channels, filters, groups=groups) == sum(
            p.numel() for p in layer.parameters()
        )
    dense = nn.Linear(4 * 5 * 3, 2 * 3 * 7)
    assert dense_parameters((4, 5, 3), (2, 3, 7)) == dense.weight.numel()
    assert dense_parameters((4, 5, 3), (2, 3, 7), bias=True) == dense.weight.numel() + dense.bias.numel()
    # torch's own count of weights: windows (as unfold cuts them) times what each window has
    windows = torch.nn.functional.unfold(torch.zeros(1, 3, 8, 9), (3, 2), stride=2)
    assert local_parameters((3, 2), 3, (3, 4, 5)) == windows.shape[1] * windows.shape[2] * 5


def test_the_counts_of_the_decks() -> None:
    assert convolution_parameters((11, 11), 3, 96) == 34_944
    assert convolution_parameters((5, 5), 3, 10) == 760
    assert dense_parameters((224, 224, 3), (55, 55, 96)) == 43_713_331_200
    assert dense_parameters((227, 227, 3), (55, 55, 96)) == 44_892_064_800
    assert dense_parameters((200, 200, 1), (200, 200, 1)) == 1_600_000_000
    assert dense_parameters((200, 200, 3), (40_000,)) == 4_800_000_000
    assert dense_parameters((150, 150, 3), (1,)) == 67_500
    assert dense_parameters((32, 32, 3), (10,)) == 30_720
