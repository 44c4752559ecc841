"""What a move of the input does to the output: against torch with circular padding, Zhang's numbers and exact facts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.arithmetic.shifts import WAYS, BadMove, binomial, changed, distance, measure, move, reduce, signal

COMB = np.array([[[0, 0, 1, 1, 0, 0, 1, 1]]], dtype=np.float64)


def by_torch(x: np.ndarray, way: str, *, kernel: tuple[int, int], stride: tuple[int, int], blur: int) -> np.ndarray:
    plane = torch.from_numpy(x)[None]
    wrapped = plane.repeat(1, 1, 9, 9)[..., : x.shape[1] + kernel[0] - 1, : x.shape[2] + kernel[1] - 1]
    if way == "nothing":
        return x
    if way == "global":
        return F.adaptive_avg_pool2d(plane, 1)[0].numpy()
    if way == "strided":
        return F.max_pool2d(plane, 1, stride)[0].numpy()
    if way == "blur":
        dense = F.max_pool2d(wrapped, kernel, 1)
        row = torch.from_numpy((np.poly1d([0.5, 0.5]) ** (blur - 1)).coeffs.astype(np.float64))
        taps = torch.outer(row, row)[None, None].expand(len(x), 1, blur, blur)
        before, after = (blur - 1) // 2, blur // 2
        rows = torch.arange(-before, x.shape[1] + after) % x.shape[1]
        columns = torch.arange(-before, x.shape[2] + after) % x.shape[2]
        return F.conv2d(dense[:, :, rows][..., columns], taps, stride=stride, groups=len(x))[0].numpy()
    pooled = F.max_pool2d(wrapped, kernel, stride) if way == "max" else F.avg_pool2d(wrapped, kernel, stride)
    return pooled[0].numpy()


@pytest.mark.parametrize("way", WAYS)
def test_every_way_equals_torch_with_circular_padding(way: str) -> None:
    rng = np.random.default_rng(4)
    for _ in range(150):
        stride = tuple(int(s) for s in rng.integers(1, 4, 2))
        kernel = tuple(int(k) for k in rng.integers(1, 5, 2))
        sides = [int(n) * s for n, s in zip(rng.integers(2, 6, 2), stride, strict=True)]
        x, blur = rng.normal(size=(int(rng.integers(1, 4)), *sides)), int(rng.integers(1, 6))
        ours = reduce(x, way, kernel=kernel, stride=stride, blur=blur)
        assert np.allclose(ours, by_torch(x, way, kernel=kernel, stride=stride, blur=blur), rtol=0, atol=1e-12)


def test_zhangs_example() -> None:
    by_max = measure(COMB, "max", kernel=(1, 2), stride=(1, 2), shifts=(0, 1))
    assert by_max.outputs[:, 0, 0].tolist() == [[0, 1, 0, 1], [1, 1, 1, 1]]
    by_blur = measure(COMB, "blur", kernel=(1, 2), stride=(1, 2), shifts=(0, 1))
    assert by_blur.outputs[:, 0, 0].tolist() == [[0.5, 1, 0.5, 1], [0.75] * 4]
    assert by_max.distance == (0, 1.0)
    assert by_max.changed == (0, 0.5)
    assert by_blur.distance[1] == pytest.approx(np.sqrt(4 * 0.25**2 / 2.5))
    assert by_blur.changed == (0, 1.0)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("way", ["max", "average", "strided", "blur"])
def test_a_move_by_the_stride_moves_the_output_by_one_cell(way: str, stride: int) -> None:
    x = np.random.default_rng(stride).normal(size=(2, 12, 12))
    seen = measure(x, way, kernel=(3, 3), stride=(stride, stride))
    still = seen.outputs[0]
    for by, output, undone in zip(seen.shifts, seen.outputs, seen.undone, strict=True):
        if by % stride == 0:
            assert np.array_equal(output, move(still, by // stride))
            assert undone == 0
        else:
            assert undone > 0
    assert seen.distance[stride] > 0


def test_global_pooling_does_not_change_at_all() -> None:
    x = np.random.default_rng(0).normal(size=(3, 9, 11))
    seen = measure(x, "global", kernel=(2, 2), stride=(1, 1))
    assert set(seen.distance) == set(seen.changed) == set(seen.undone) == {0.0}
    assert measure(x, "nothing", kernel=(2, 2), stride=(1, 1)).distance[1] > 0


def test_distances_are_numpys_norms() -> None:
    x = np.random.default_rng(1).normal(size=(1, 8, 8))
    seen = measure(x, "average", kernel=(2, 2), stride=(2, 2), shifts=(3,))
    still = reduce(x, "average", kernel=(2, 2), stride=(2, 2))
    moved = reduce(move(x, 3), "average", kernel=(2, 2), stride=(2, 2))
    assert seen.distance[0] == pytest.approx(np.sqrt(((moved - still) ** 2).sum() / (still**2).sum()))
    choices = [np.sqrt(((moved - np.roll(still, m, 2)) ** 2).sum() / (still**2).sum()) for m in (1, 2)]
    assert seen.undone[0] == pytest.approx(min(choices))


def test_nothing_is_no_distance_from_nothing() -> None:
    assert distance(np.zeros(3), np.zeros(3)) == 0
    assert distance(np.ones(3), np.zeros(3)) == float("inf")
    assert changed(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 0, 0])) == 0.5


def test_the_blur_is_a_row_of_pascals_triangle_and_the_signal_lies_in_the_unit_interval() -> None:
    assert (binomial(5) * 16).tolist() == [1, 4, 6, 4, 1]
    assert signal().shape == (1, 1, 64)
    assert signal().min() == 0 and signal().max() == pytest.approx(1, abs=0.02)


def test_what_cannot_be_moved_is_told() -> None:
    with pytest.raises(BadMove, match="shorter"):
        measure(COMB, "max", kernel=(1, 2), stride=(2, 2))
    with pytest.raises(BadMove, match="choose one of"):
        reduce(COMB, "median", kernel=(1, 2), stride=(1, 2))
