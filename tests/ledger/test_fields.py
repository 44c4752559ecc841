"""The measured field against autograd in float64, and both against the analytic box."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.ledger import ARCHITECTURES, Layer, StackError, field_box, ledger, measured_field, parse

RowsOf = Callable[[Sequence[Layer], Tensor], tuple[Tensor, list[Tensor]]]
STACKS = [
    "conv 4 3; conv 4 3; conv 4 3; conv 4 3; conv 4 3",
    "conv 6 5 p2; pool 2; conv 8 5 p2; pool 2; conv 4 5 p2; pool 2; fc 10",
    "conv 4 3 s2 p1; depthwise 5 s2 p2; conv 8 1; avgpool 3 s2 p1; global; fc 3",
    "conv 8 3 p2 d2; conv 8 3 p1 g4; pool 3 s2 ceil; conv 4 2",
    "conv 8 3 p1; residual { conv 8 3 p1; bn; conv 8 3 p1 }; residual { conv 16 3 s2 p1 } shortcut { conv 16 1 s2 }",
    "conv 4 3 p1; residual { conv 8 3 s2 p1 } shortcut { identity 8 s2 }; conv 2 3",
    "conv 4 3; concat { branch { conv 3 1 } branch { conv 6 1; conv 5 5 p2 } branch { pool 3 s1 p1; conv 2 1 } };; bn",
    "repeat 4 { dense { bn; relu; conv 12 1; conv 5 3 p1 } }; conv 4 1; avgpool 2; dense { conv 3 5 p2 }",
    "conv 4 3; aside { global; fc 3 }; conv 4 3; adaptive 4; conv 3 2",
    "conv 6 3 p1; se 2; partial 3 0,1,2 1,2,3 2,3,4 3,4,5 4,5,0 5,0,1; subsample 2; flatten; tanh; fc 4",
]
SIZE = (3, 40, 33)


def autograd(layers: Sequence[Layer], size: tuple[int, int, int], target: Callable[[list[Tensor]], Tensor],
             rows_of: RowsOf) -> NDArray[np.float64]:  # fmt: skip
    picture = torch.zeros((1, *size), dtype=torch.float64, requires_grad=True)
    target(rows_of(layers, picture)[1]).backward()
    assert picture.grad is not None
    found: NDArray[np.float64] = picture.grad[0].sum(0).numpy()
    return found / found.max()


@pytest.mark.parametrize("text", STACKS)
def test_measured_is_what_autograd_says_of_every_row(text: str, rows_of: RowsOf) -> None:
    layers = parse(text)
    for number, row in enumerate(ledger(layers, SIZE).rows):
        places = [None, (0, 0)] if len(row.output) == 3 else [None]
        for place in places:
            y, x = place or tuple((side - 1) // 2 for side in row.output[1:]) or (0, 0)
            expected = autograd(
                layers,
                SIZE,
                lambda seen, number=number, y=y, x=x: unit(seen[number], y, x),  # type: ignore[misc]
                rows_of,
            )
            measured = measured_field(layers, number, SIZE, index=place)
            assert (measured.dtype, measured.shape) == (np.float32, SIZE[1:])
            np.testing.assert_allclose(measured, expected, rtol=1e-5, atol=1e-12)


def unit(seen: Tensor, y: int, x: int) -> Tensor:
    return seen[0, :, y, x].mean() if seen.ndim == 4 else seen[0].mean()


def clipped(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    top, left, height, width = box
    inside = np.zeros(shape, bool)
    inside[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = True
    return inside


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "googlenet-aux"])
def test_what_is_measured_fills_the_box(name: str) -> None:
    """Also in one corner. Not on the auxiliary classifiers: 14 places pooled to 4 have windows of several widths."""
    architecture = ARCHITECTURES[name]
    found = ledger(architecture)
    step = max(1, len(found.rows) // 12)
    for number in {*range(0, len(found.rows), step), len(found.rows) - 1}:
        row = found.rows[number]
        for index in (None, (0, 0)):
            measured = measured_field(architecture.layers, number, architecture.input, index=index)
            expected = clipped(field_box(row, found, index), measured.shape)
            assert ((measured > 0) == expected).all(), (row.name, index)


def test_a_box_is_the_receptive_field_around_the_offset() -> None:
    found = ledger(ARCHITECTURES["vgg16"])
    (pool5,) = [row for row in found.rows if row.name == "pool5"]
    assert field_box(pool5, found, (0, 0)) == (-90, -90, 212, 212)
    assert field_box(pool5, found, (2, 3)) == (-90 + 2 * 32, -90 + 3 * 32, 212, 212)
    assert field_box(pool5, found) == field_box(pool5, found, (3, 3))
    top = field_box(pool5, found, (0, 0))[0]
    assert top + (212 - 1) / 2 == pool5.offset


def test_a_box_in_a_wide_picture() -> None:
    found = ledger(parse("conv 4 3 s2 p1; conv 4 3; global; fc 2"), (3, 9, 21))
    assert field_box(found.rows[1], found, (0, 2)) == (-1, 3, 7, 7)
    assert field_box(found.rows[3], found) == (-1, -1, 11, 23)


def test_gaps_stay_dark() -> None:
    layers = parse("conv 4 2 s5 d2; conv 4 2")
    measured = measured_field(layers, 1, (1, 20, 20), index=(0, 0))
    assert np.flatnonzero(measured[0]).tolist() == [0, 2, 5, 7]
    assert field_box(ledger(layers, (1, 20, 20)).rows[1], ledger(layers, (1, 20, 20)), (0, 0)) == (0, 0, 8, 8)


def test_the_middle_counts_most() -> None:
    layers = ARCHITECTURES["vgg16"].layers
    measured = measured_field(layers, 30, (3, 224, 224))
    peak = np.unravel_index(measured.argmax(), measured.shape)
    top, left, height, width = field_box(ledger(layers).rows[30], ledger(layers))
    assert abs(peak[0] - (top + height / 2)) < 16
    assert abs(peak[1] - (left + width / 2)) < 16
    assert measured.max() == 1


def test_it_is_quick_for_the_deepest() -> None:
    architecture = ARCHITECTURES["resnet152"]
    last = len(ledger(architecture).rows) - 4
    measured_field(architecture.layers, last, architecture.input)
    times = []
    for _ in range(3):
        start = time.process_time()
        measured_field(architecture.layers, last, architecture.input)
        times.append(time.process_time() - start)
    assert min(times) < 0.15


@pytest.mark.parametrize("text", ["conv 1 512 p255; " * 30, "conv 1 1 p65000; " * 3])
def test_what_would_take_minutes_is_refused(text: str) -> None:
    layers = parse(text)
    start = time.process_time()
    with pytest.raises(StackError, match="too large to measure"):
        measured_field(layers, len(layers) - 1, (3, 4096, 4096))
    assert time.process_time() - start < 1
