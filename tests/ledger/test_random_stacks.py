"""Stacks drawn at random, built of torch's modules too: sizes, parameters and multiply-adds of every row are theirs."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.ledger import (
    Activation,
    AdaptivePool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    Layer,
    Linear,
    Pool,
    StackError,
    ledger,
)
from tests.promises import quick_and_full

Made = tuple[Layer, nn.Module]
Shape = tuple[int, int, int]


def window(draw: random.Random) -> dict[str, int]:
    return {"stride": draw.choice([1, 1, 2, 3]), "padding": draw.randint(0, 3), "dilation": draw.choice([1, 1, 2])}


def convolution(draw: random.Random, channels: int) -> Made:
    """With groups, dilation and every padding; sometimes depthwise."""
    bias, kernel, options = draw.random() < 0.5, draw.choice([1, 2, 3, 5, 7]), window(draw)
    if draw.random() < 0.2:
        ours: Layer = Conv(0, kernel, **options, groups=0, bias=bias)
        return ours, nn.Conv2d(channels, channels, kernel, **options, groups=channels, bias=bias)
    groups = draw.choice([g for g in (1, 1, 2, 4) if channels % g == 0])
    out = groups * draw.randint(1, 16)
    ours = Conv(out, kernel, **options, groups=groups, bias=bias)
    return ours, nn.Conv2d(channels, out, kernel, **options, groups=groups, bias=bias)


def pool(draw: random.Random, channels: int) -> Made:
    kernel = draw.randint(1, 4)
    stride, padding, ceil = draw.randint(1, 3), draw.randint(0, kernel // 2), draw.random() < 0.5
    mode = draw.choice(["max", "average"])
    theirs = nn.MaxPool2d if mode == "max" else nn.AvgPool2d
    return Pool(mode, kernel, stride, padding, ceil), theirs(kernel, stride, padding, ceil_mode=ceil)


def adaptive(draw: random.Random, channels: int) -> Made:
    side = draw.randint(1, 5)
    return AdaptivePool(side), nn.AdaptiveAvgPool2d(side)


PARTS: list[Callable[[random.Random, int], Made]] = [
    convolution,
    convolution,
    pool,
    lambda _, channels: (BatchNorm(), nn.BatchNorm2d(channels)),
    lambda draw, _: (Activation("relu"), nn.ReLU()),
    lambda draw, _: (Dropout(0.5), nn.Dropout(0.5)),
    adaptive,
]


def torchs(draw: random.Random, size: Shape) -> tuple[list[Layer], nn.Sequential, list[tuple[int, ...]]]:
    """Ours, torch's and what comes out of each of its modules; what torch refuses is drawn again."""
    x = torch.empty((1, *size), device="meta")
    ours: list[Layer] = []
    theirs: list[nn.Module] = []
    shapes: list[tuple[int, ...]] = []

    def add(layer: Layer, module: nn.Module) -> bool:
        nonlocal x
        try:
            x = module.eval()(x)
        except RuntimeError:
            with pytest.raises(StackError):
                ledger([*ours, layer], size)
            return False
        ours.append(layer)
        theirs.append(module)
        shapes.append(tuple(x.shape[1:]))
        return True

    with torch.device("meta"):
        while len(ours) < draw.randint(2, 14):
            add(*draw.choice(PARTS)(draw, x.shape[1]))
        add(Flatten(), nn.Flatten())
        for out in (draw.randint(1, 300), 10):
            bias = draw.random() < 0.5
            add(Linear(out, bias=bias), nn.Linear(x.shape[1], out, bias=bias))
    return ours, nn.Sequential(*theirs), shapes


@pytest.mark.promise("numbers")
@pytest.mark.parametrize("count", quick_and_full(100, 500))
def test_random_stacks_are_counted_as_torch_counts_them(count: int, figure: Callable[[str], None]) -> None:
    draw, wrong, rows = random.Random(4), [], 0
    for _ in range(count):
        size = (draw.randint(1, 8), draw.randint(4, 80), draw.randint(4, 80))
        layers, module, shapes = torchs(draw, size)
        found = ledger(layers, size)
        with FlopCounterMode(display=False) as counter:
            module(torch.empty((1, *size), device="meta"))
        rows += len(found.rows)
        each = [sum(weight.numel() for weight in part.parameters()) for part in module]
        same = [tuple(row.output) for row in found.rows] == shapes and [row.params for row in found.rows] == each
        if not same or (found.params, 2 * found.macs) != (sum(each), counter.get_total_flops()):
            wrong.append((size, layers))
    figure(f"{count} random stacks, {rows} layers, against torch's modules: {len(wrong)} differ in a size or a count")
    assert wrong == []
