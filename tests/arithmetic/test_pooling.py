"""Pooling against torch in float64: forward, indices and autograd's gradient, thousands of random settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.arithmetic.pooling import (
    BadPooling,
    Pool,
    gradient,
    nearest,
    one_hot,
    padded,
    patch,
    pool,
    whole,
    winners,
)
from tests.promises import quick_and_full

CS231N = np.array([[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]], dtype=np.float64)


def drawn(rng: np.random.Generator, kind: str) -> tuple[np.ndarray, Pool]:
    """An input and a layer that torch takes; few distinct values, so that there are ties."""
    kernel = tuple(int(k) for k in rng.integers(1, 6, 2))
    dilation = tuple(int(d) for d in rng.integers(1, 4, 2)) if kind == "max" else (1, 1)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
    sides = [int(rng.integers(max(1, span - 2 * p), span + 9)) for span, p in zip(spans, padding, strict=True)]
    x = rng.integers(-4, 5, (int(rng.integers(1, 4)), *sides)).astype(np.float64)
    if rng.random() < 0.5:
        x = rng.normal(size=x.shape)
    stride = tuple(int(s) for s in rng.integers(1, 5, 2))
    ceil, counted = rng.random(2) < 0.5
    return x, Pool(kind, kernel, stride, padding, dilation, bool(ceil), bool(counted))


def by_torch(x: np.ndarray, layer: Pool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    leaf = torch.from_numpy(x)[None].requires_grad_()
    if layer.kind == "max":
        out, indices = F.max_pool2d(
            leaf, layer.kernel, layer.stride, layer.padding, layer.dilation, layer.ceil, return_indices=True
        )
        return leaf, out, indices
    return leaf, F.avg_pool2d(leaf, layer.kernel, layer.stride, layer.padding, layer.ceil, layer.count_padding), None


@pytest.mark.promise("numbers")
@pytest.mark.parametrize("count", quick_and_full(1000, 5000))
@pytest.mark.parametrize("kind", ["max", "average"])
def test_forward_indices_and_backward_equal_torch(kind: str, count: int, figure: Callable[[str], None]) -> None:
    rng = np.random.default_rng(20 if kind == "max" else 21)
    wrong, ties, empty = [], 0, 0
    for _ in range(count):
        x, layer = drawn(rng, kind)
        leaf, out, indices = by_torch(x, layer)
        ours, theirs = pool(x, layer), out[0].detach().numpy()
        same = ours.shape == theirs.shape == (len(x), *layer.size(*x.shape[1:]))
        same = same and np.array_equal(np.isfinite(ours), np.isfinite(theirs))
        if np.isneginf(ours).any():  # dilation can leave a window on the border alone: torch's index is then no cell
            empty += 1
            real = ~np.isneginf(ours)
            same = same and np.array_equal(ours[real], theirs[real])
            same = same and np.array_equal(winners(x, layer)[real], indices[0].numpy()[real])
            wrong += [] if same and (winners(x, layer)[~real] == -1).all() else [(x.shape, layer)]
            continue
        upstream = rng.normal(size=ours.shape)
        out.backward(torch.from_numpy(upstream)[None])
        same = same and np.allclose(ours, theirs, rtol=0, atol=1e-12)
        same = same and np.allclose(gradient(x, layer, upstream), leaf.grad[0].numpy(), rtol=0, atol=1e-12)
        if indices is not None:
            same = same and np.array_equal(winners(x, layer), indices[0].numpy())
            ties += len(np.unique(x)) < x.size
        wrong += [] if same else [(x.shape, layer)]
    assert wrong == []
    assert kind == "average" or (ties > count / 6 and 0 < empty < count / 15)
    figure(
        f"{count} random {kind} pools and their gradients, floor and ceil, against torch in float64:"
        f" {len(wrong)} mismatches"
    )


@pytest.mark.parametrize("kind", ["max", "average"])
def test_global_pooling_equals_torchs_adaptive_pools(kind: str) -> None:
    rng = np.random.default_rng(3)
    adaptive = F.adaptive_max_pool2d if kind == "max" else F.adaptive_avg_pool2d
    for _ in range(200):
        x = rng.integers(-3, 4, rng.integers(1, 9, 3)).astype(np.float64)
        leaf = torch.from_numpy(x)[None].requires_grad_()
        out = adaptive(leaf, 1)
        upstream = rng.normal(size=(len(x), 1, 1))
        out.backward(torch.from_numpy(upstream)[None])
        layer = whole(kind, x.shape)
        assert np.allclose(pool(x, layer), out[0].detach().numpy(), rtol=0, atol=1e-12)
        assert np.allclose(gradient(x, layer, upstream), leaf.grad[0].numpy(), rtol=0, atol=1e-12)


def test_the_window_of_every_cell_gives_the_output_and_its_gradient() -> None:
    rng = np.random.default_rng(5)
    for number in range(300):
        x, layer = drawn(rng, ("max", "average")[number % 2])
        out = pool(x, layer)
        cell = tuple(int(rng.integers(n)) for n in out.shape)
        seen, back = patch(x, layer, cell), gradient(x, layer, one_hot(x, layer, cell))
        assert seen.value == pytest.approx(out[cell], abs=1e-12)
        touched = {(cell[0], *place) for place in zip(*np.nonzero(back[cell[0]]), strict=True)}
        assert not np.delete(back, cell[0], axis=0).any()
        if seen.winner is None and layer.kind == "max":
            assert not touched
        elif seen.winner is not None:
            assert touched == {(cell[0], *seen.winner)}
            assert x[(cell[0], *seen.winner)] == seen.value
        else:
            assert seen.inside.sum() == len(touched)
            assert np.allclose(back[back != 0], 1 / seen.divisor)


def test_the_decks_matrix() -> None:
    assert pool(CS231N, Pool("max")).tolist() == [[[6, 8], [3, 4]]]
    assert pool(CS231N, Pool("average")).tolist() == [[[3.25, 5.25], [2, 2]]]


def test_equals_are_won_by_the_first_and_overlaps_add_up() -> None:
    flat = np.ones((1, 3, 3))
    layer = Pool("max", stride=(1, 1))
    assert winners(flat, layer).tolist() == [[[0, 1], [3, 4]]]
    one = np.zeros((1, 3, 3))
    one[0, 1, 1] = 9
    assert gradient(one, layer)[0, 1, 1] == 4
    assert gradient(one, replace(layer, kind="average"))[0, 1, 1] == 1


@pytest.mark.parametrize(
    ("layer", "fix"),
    [
        (Pool(kernel=(5, 2)), "at most 4"),
        (Pool(padding=(0, 2)), "at most 1"),
        (Pool("average", dilation=(2, 1)), "dilation to 1"),
        (Pool("median"), "max or average"),
        (Pool(stride=(0, 1)), "at least 1"),
        (Pool(padding=(-1, 0)), "at least"),
    ],
)
def test_what_does_not_fit_is_one_sentence_with_the_fix(layer: Pool, fix: str) -> None:
    with pytest.raises(BadPooling, match=fix) as told:
        pool(CS231N, layer)
    assert len(str(told.value)) <= 140


def test_a_matrix_without_channels_is_refused() -> None:
    with pytest.raises(BadPooling, match="2 axes"):
        pool(CS231N[0], Pool())


def test_the_nearest_layer_fits_and_a_layer_that_fits_stays() -> None:
    rng = np.random.default_rng(8)
    for _ in range(500):
        kernel, stride, padding, dilation = (tuple(int(n) for n in rng.integers(low, 7, 2)) for low in (1, 1, 0, 1))
        layer = Pool(("max", "average")[int(rng.integers(2))], kernel, stride, padding, dilation)
        size = (int(rng.integers(1, 9)), int(rng.integers(1, 9)))
        fitting = nearest(layer, *size)
        assert min(fitting.size(*size)) >= 1
        assert nearest(fitting, *size) == fitting


def test_the_padded_input_holds_every_window() -> None:
    rng = np.random.default_rng(9)
    for number in range(200):
        x, layer = drawn(rng, ("max", "average")[number % 2])
        full, (top, bottom, left, right) = padded(x, layer)
        assert full.shape[1:] == (top + x.shape[1] + bottom, left + x.shape[2] + right)
        assert np.array_equal(full[:, top : top + x.shape[1], left : left + x.shape[2]], x)
        down, across = layer.size(*x.shape[1:])
        last = [
            (n - 1) * s + d * (k - 1)
            for n, s, d, k in zip((down, across), layer.stride, layer.dilation, layer.kernel, strict=True)
        ]
        assert last[0] < full.shape[1] and last[1] < full.shape[2]
