"""Pooling with its numbers: forward, the winner of each window, and where the gradient flows back. Only numpy.

Conventions are PyTorch's (``torch.nn.functional.max_pool2d`` and ``avg_pool2d``): arrays are ``(C, H, W)``, a border
pads the maximum with −∞ and the average with zeros, ties are won by the first cell in reading order, and with ``ceil``
a last window is kept if it starts inside the input or its leading border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Pair = tuple[int, int]
KINDS = ("max", "average")


class BadPooling(ValueError):
    """A window that cannot be laid over this input; the message tells what would fit."""


@dataclass(frozen=True)
class Pool:
    """A pooling layer: ``kind`` is "max" or "average", pairs are (down, across).

    ``ceil`` keeps a last window that sticks out. ``count_padding`` divides an average by the border's cells too
    (PyTorch's ``count_include_pad``). Only the maximum can be dilated, as in PyTorch.
    """

    kind: str = "max"
    kernel: Pair = (2, 2)
    stride: Pair = (2, 2)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    ceil: bool = False
    count_padding: bool = True

    def size(self, height: int, width: int) -> Pair:
        """Output size, per axis ⌊(n + 2p − d(k − 1) − 1)/s⌋ + 1 (⌈·⌉ with ``ceil``). Raises :class:`BadPooling`."""
        _check(self, (height, width))
        return len(_positions(self, height, 0)), len(_positions(self, width, 1))


@dataclass(frozen=True)
class Patch:
    """The cells under one window: their values ``(kh, kw)``, and which lie ``inside`` the input.

    ``rows`` ``(kh,)`` and ``columns`` ``(kw,)`` are coordinates in the input, negative or too large in the border.
    ``value`` is the output; ``winner`` the (row, column) of the maximum, ``divisor`` what the sum is divided by.
    """

    values: Array
    inside: NDArray[np.bool_]
    rows: Indices
    columns: Indices
    value: float
    winner: Pair | None
    divisor: int


def whole(kind: str, shape: Sequence[int]) -> Pool:
    """Global pooling of an input ``(…, H, W)``: one window as large as the input (Lin et al. 2014)."""
    height, width = shape[-2:]
    return Pool(kind, kernel=(height, width), stride=(height, width))


def pool(x: Array, layer: Pool) -> Array:
    """Pool ``x`` ``(C, H, W)`` to ``(C, H', W')``. Raises :class:`BadPooling` if the window does not fit."""
    rows, columns = _grid(x, layer)
    if layer.kind == "max":
        return np.asarray(_gather(x, rows, columns, fill=-np.inf).max(axis=(-2, -1)))
    return np.asarray(_gather(x, rows, columns, fill=0.0).sum(axis=(-2, -1)) / _divisors(x, layer))


def winners(x: Array, layer: Pool) -> Indices:
    """Row·W + column of each window's maximum, the first of equals, ``(C, H', W')``; −1 where all is border.

    Equals the indices of ``max_pool2d(…, return_indices=True)``.
    """
    rows, columns = _grid(x, layer)
    windows = _gather(x, rows, columns, fill=-np.inf)
    flat = windows.reshape(*windows.shape[:3], -1)
    down, across = np.divmod(flat.argmax(axis=-1), columns.shape[1])
    row = rows[np.arange(len(rows))[None, :, None], down]
    column = columns[np.arange(len(columns))[None, None, :], across]
    return np.where(np.isneginf(flat.max(axis=-1)), -1, row * x.shape[2] + column)


def gradient(x: Array, layer: Pool, upstream: Array | None = None) -> Array:
    """Where the loss's gradient flows: ∂L/∂x ``(C, H, W)`` for ∂L/∂y = ``upstream`` ``(C, H', W')``, ones by default.

    Maximum: all of it to the winner, ∂y/∂x = 1 there and 0 elsewhere. Average: an equal share 1/divisor to each cell.
    Cells under several windows collect the sum.
    """
    sent = np.ones_like(pool(x, layer)) if upstream is None else np.asarray(upstream, dtype=np.float64)
    if layer.kind == "max":
        return _to_winners(x, layer, sent)
    rows, columns = _grid(x, layer)
    top, left = layer.padding
    spread = np.zeros((len(x), *_reach(x, rows, columns, layer.padding)))
    share = (sent / _divisors(x, layer))[..., None, None]
    channel = np.arange(len(x))[:, None, None, None, None]
    where = (channel, (rows + top)[:, None, :, None], (columns + left)[None, :, None, :])
    np.add.at(spread, where, share)
    return spread[:, top : top + x.shape[1], left : left + x.shape[2]]


def one_hot(x: Array, layer: Pool, cell: tuple[int, int, int]) -> Array:
    """The upstream gradient that is 1 at one output cell (channel, row, column) and 0 elsewhere."""
    sent = np.zeros((len(x), *layer.size(x.shape[1], x.shape[2])))
    sent[cell] = 1.0
    return sent


def patch(x: Array, layer: Pool, cell: tuple[int, int, int]) -> Patch:
    """What lies under the window of one output cell (channel, row, column)."""
    channel, i, j = cell
    rows, columns = (positions[at] for positions, at in zip(_grid(x, layer), (i, j), strict=True))
    plane = x[channel : channel + 1]
    fill = -np.inf if layer.kind == "max" else 0.0
    values = _gather(plane, rows[None], columns[None], fill=fill)[0, 0, 0]
    inside = _within(rows, x.shape[1])[:, None] & _within(columns, x.shape[2])[None, :]
    if layer.kind == "max":
        first = int(np.argmax(values))
        at = (int(rows[first // len(columns)]), int(columns[first % len(columns)]))
        return Patch(values, inside, rows, columns, float(values.max()), at if inside.any() else None, 1)
    divisor = int(_divisors(x, layer)[i, j])
    return Patch(values, inside, rows, columns, float(values.sum() / divisor), None, divisor)


def nearest(layer: Pool, height: int, width: int) -> Pool:
    """The layer itself if it fits an input of this size, otherwise with the border, then the window, made smaller."""
    kernel, padding, dilation = list(layer.kernel), list(layer.padding), list(layer.dilation)
    if layer.kind == "average":
        dilation = [1, 1]
    for axis, n in enumerate((height, width)):
        k, p, d = kernel[axis], min(padding[axis], kernel[axis] // 2), dilation[axis]
        while d * (k - 1) + 1 > n + 2 * p:
            k -= 1
            p = min(p, k // 2)
        kernel[axis], padding[axis] = k, p
    return replace(
        layer, kernel=(kernel[0], kernel[1]), padding=(padding[0], padding[1]), dilation=(dilation[0], dilation[1])
    )


def padded(x: Array, layer: Pool) -> tuple[Array, tuple[int, int, int, int]]:
    """The input as the windows see it, its border filled, and the border's (top, bottom, left, right)."""
    rows, columns = _grid(x, layer)
    height, width = _reach(x, rows, columns, layer.padding)
    top, left = layer.padding
    bottom = max(top, height - top - x.shape[1])
    right = max(left, width - left - x.shape[2])
    fill = -np.inf if layer.kind == "max" else 0.0
    return np.pad(x, ((0, 0), (top, bottom), (left, right)), constant_values=fill), (top, bottom, left, right)


def _check(layer: Pool, size: Pair) -> None:
    if layer.kind not in KINDS:
        raise BadPooling(f"there is no pooling called {layer.kind!r}; choose {' or '.join(KINDS)}")
    if min(*layer.kernel, *layer.stride, *layer.dilation) < 1 or min(layer.padding) < 0:
        raise BadPooling("window, step and dilation must be at least 1, the border at least 0")
    if layer.kind == "average" and layer.dilation != (1, 1):
        raise BadPooling("only the maximum can be dilated; set the dilation to 1 for an average")
    spans = [d * (k - 1) + 1 for k, d in zip(layer.kernel, layer.dilation, strict=True)]
    for name, n, k, span, p in zip(("high", "wide"), size, layer.kernel, spans, layer.padding, strict=True):
        if p > k // 2:
            raise BadPooling(f"a border of {p} is more than half of a window {k} {name}; use at most {k // 2}")
        if span > n + 2 * p:
            room = "" if p == 0 else f" with a border of {p}"
            raise BadPooling(f"a window {span} {name} does not fit an input {n} {name}{room}; use at most {n + 2 * p}")


def _positions(layer: Pool, n: int, axis: int) -> Indices:
    """Coordinates in the input that each window touches along one axis, ``(windows, kernel)``."""
    k, s, p, d = layer.kernel[axis], layer.stride[axis], layer.padding[axis], layer.dilation[axis]
    room = n + 2 * p - d * (k - 1) - 1
    count = (-(-room // s) if layer.ceil else room // s) + 1
    if layer.ceil and (count - 1) * s >= n + p:  # a window that starts in the trailing border is not kept
        count -= 1
    return np.arange(count)[:, None] * s - p + np.arange(k)[None, :] * d


def _grid(x: Array, layer: Pool) -> tuple[Indices, Indices]:
    if x.ndim != 3:
        raise BadPooling(f"the input must be (channels, rows, columns); it has {x.ndim} axes")
    _check(layer, (x.shape[1], x.shape[2]))
    return _positions(layer, x.shape[1], 0), _positions(layer, x.shape[2], 1)


def _within(positions: Indices, n: int) -> NDArray[np.bool_]:
    return np.asarray((positions >= 0) & (positions < n))


def _reach(x: Array, rows: Indices, columns: Indices, padding: Pair) -> Pair:
    """Size of the padded input that all windows lie in."""
    height, width = max(x.shape[1], int(rows.max()) + 1), max(x.shape[2], int(columns.max()) + 1)
    return padding[0] + height, padding[1] + width


def _gather(x: Array, rows: Indices, columns: Indices, *, fill: float) -> Array:
    """The values under every window, ``(C, H', W', kh, kw)``; ``fill`` in the border."""
    height, width = x.shape[1:]
    held = x[:, rows.clip(0, height - 1)[:, None, :, None], columns.clip(0, width - 1)[None, :, None, :]]
    inside = _within(rows, height)[:, None, :, None] & _within(columns, width)[None, :, None, :]
    return np.where(inside, held, fill).astype(np.float64)


def _divisors(x: Array, layer: Pool) -> Indices:
    """What each window's sum is divided by, ``(H', W')``; cells beyond the border never count."""
    counts = []
    for axis, positions in enumerate(_grid(x, layer)):
        n, border = x.shape[1 + axis], layer.padding[axis] if layer.count_padding else 0
        counts.append(((positions >= -border) & (positions < n + border)).sum(axis=1))
    return np.asarray(np.outer(counts[0], counts[1]))


def _to_winners(x: Array, layer: Pool, sent: Array) -> Array:
    found = winners(x, layer)
    flat = np.zeros((len(x), x.shape[1] * x.shape[2]))
    channel = np.broadcast_to(np.arange(len(x))[:, None, None], found.shape)
    held = found >= 0
    np.add.at(flat, (channel[held], found[held]), sent[held])
    return flat.reshape(x.shape)
