"""Convolution as the lectures draw it and as torch computes it: 1-D and 2-D, channels, groups, dilated, transposed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.arithmetic.geometry import Geometry, Setting, work_out
from cnnviz.arithmetic.padding import BadConvolution, pad

Array = NDArray[Any]

CHUNK = 1 << 17  # numbers of one block of windows: it stays in the cache, so a picture costs what its sums cost


def convolve(x: ArrayLike, w: ArrayLike, setting: Setting | None = None, *, bias: ArrayLike | None = None) -> Array:
    """Slide ``w`` over ``x``; the result comes back in the form of ``x``.

    y[o, i, j] = b[o] + Σ_c Σ_u Σ_v w[o, c, u, v] · x[c, i·s + u·d − p, j·s + v·d − p], as in ``torch.nn.Conv2d``.

    A kernel of rank 1 or 2 has no channels: ``(k,)`` or ``(kh, kw)``; leading axes of ``x`` are filtered one by one.
    Rank 3 is 1-D with ``(O, C/groups, k)``, rank 4 is 2-D with ``(O, C/groups, kh, kw)``; transposed ``(C, O/groups,
    …)``. Then ``x`` is ``(C, …)`` or ``(N, C, …)``; without the channel axis it has one channel, and a result of one
    channel has none either. ``bias`` has a number per filter, or one for all. float32 stays, all else is float64.
    Raises :class:`BadConvolution`. A 512×512 RGB picture under 9×9 takes about 60 ms, in float32 30 ms.
    """
    setting = setting or Setting()
    inputs, weights = real(x, "the input"), real(w, "the kernel")
    shape = work_out(inputs.shape, weights.shape, setting)
    offset = _bias(bias, shape, weights.ndim)
    batch, lifted = _lift(inputs, weights, shape)
    around = surrounded(batch, shape, setting.padding_mode)
    result = _slide(around, _correlating(lifted, shape, flip=setting.flip), shape)
    if offset is not None:
        result = result + offset.astype(result.dtype)[:, None, None]
    return _in_form(result, inputs.shape, weights.ndim, shape)


def real(values: ArrayLike, name: str) -> Array:
    """An array of real numbers, float32 or float64; ``name`` is for the message."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise BadConvolution(f"{name} has rows of different lengths; make them equally long") from None
    if array.dtype.kind not in "biuf":
        raise BadConvolution(f"{name} holds something that is not a number; give numbers only")
    if array.size == 0:
        raise BadConvolution(f"{name} is empty; give at least one number")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def _bias(bias: ArrayLike | None, shape: Geometry, rank: int) -> Array | None:
    if bias is None:
        return None
    given = real(bias, "the bias")
    if given.ndim > 1 or given.size not in {1, shape.filters}:
        many = "one number" if rank <= 2 else f"one number for each of the {shape.filters} filters"
        raise BadConvolution(f"the bias has {given.size} numbers; give {many}")
    return np.broadcast_to(given, (shape.filters,))


def _lift(x: Array, w: Array, shape: Geometry) -> tuple[Array, Array]:
    """``x`` as (N, C, H, W) and ``w`` with four axes, of one type."""
    kind = np.result_type(x, w)
    batch = x.reshape(-1, shape.channels, *shape.input).astype(kind, copy=False)
    leading = w.shape[:2] if w.ndim > 2 else (1, 1)
    return batch, w.reshape(*leading, *shape.kernel).astype(kind, copy=False)


def _in_form(result: Array, given: Sequence[int], rank: int, shape: Geometry) -> Array:
    """The axes of the input around (N, O, H', W')."""
    size = shape.output[2 - shape.axes :]
    leading = tuple(given[: -shape.axes])
    if rank > 2:
        one = not leading and shape.filters == 1
        leading = () if one else (*leading[:-1], shape.filters)
    return result.reshape(*leading, *size)


def surrounded(x: Array, shape: Geometry, mode: str = "zeros") -> Array:
    """What the kernel slides over, from ``x`` (N, C, H, W): the padded input.

    Transposed: zeros between the cells, and around them as many as a stamp can reach, less what is cut off.
    """
    if not shape.transposed:
        return pad(x, shape.sides, mode)
    stretched = [(n - 1) * s + 1 for n, s in zip(shape.input, shape.stride, strict=True)]
    reach = [d * (k - 1) for k, d in zip(shape.kernel, shape.dilation, strict=True)]
    height, width = (n + 2 * r + o for n, r, o in zip(stretched, reach, shape.output_padding, strict=True))
    spread = np.zeros((*x.shape[:2], height, width), x.dtype)
    down, across = (slice(r, r + n, s) for r, n, s in zip(reach, stretched, shape.stride, strict=True))
    spread[:, :, down, across] = x
    (top, bottom), (left, right) = shape.sides
    return spread[:, :, top : height - bottom, left : width - right]


def _correlating(w: Array, shape: Geometry, *, flip: bool) -> Array:
    """The weights (O, C/g, kh, kw) that a plain correlation needs: a stamp seen from the output's side is turned."""
    if shape.transposed:
        grouped = w.reshape(shape.groups, shape.channels // shape.groups, -1, *shape.kernel)
        w = grouped.swapaxes(1, 2).reshape(shape.filters, -1, *shape.kernel)
    return w[:, :, ::-1, ::-1] if flip != shape.transposed else w


def _slide(x: Array, w: Array, shape: Geometry) -> Array:
    """Correlate (N, C, H, W) with (O, C/g, kh, kw), one cache-sized block of windows after the other."""
    step = (1, 1) if shape.transposed else shape.stride
    seen = windows(x, shape.kernel, dilation=shape.dilation, stride=step)
    groups, (rows, columns) = shape.groups, shape.output
    grouped = w.reshape(groups, shape.filters // groups, -1)
    result = np.empty((len(x), groups, shape.filters // groups, rows, columns), x.dtype)
    line = shape.channels * math.prod(shape.kernel) * columns
    tall = min(rows, max(1, CHUNK // line))
    many = max(1, CHUNK // (line * tall))
    for n in range(0, len(x), many):
        for top in range(0, rows, tall):
            block = seen[n : n + many, :, top : top + tall]
            block = block.transpose(0, 1, 4, 5, 2, 3).reshape(len(block), groups, grouped.shape[2], -1)
            target = result[n : n + many, :, :, top : top + tall]
            target[...] = (grouped @ block).reshape(target.shape)
    return result.reshape(len(x), shape.filters, rows, columns)


def windows(x: Array, kernel: Sequence[int], *, dilation: Sequence[int], stride: Sequence[int]) -> Array:
    """A view (N, C, H', W', kh, kw) of all windows of an already padded ``x`` (N, C, H, W)."""
    extent = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    (sy, sx), (dy, dx) = stride, dilation
    seen: Array = sliding_window_view(x, extent, axis=(2, 3))[:, :, ::sy, ::sx, ::dy, ::dx]
    return seen
