"""Convolution as a matrix product: the windows as columns (im2col), or the kernel as one large matrix (Toeplitz)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.arithmetic.convolution import convolve, real, surrounded, windows
from cnnviz.arithmetic.geometry import Setting, work_out
from cnnviz.arithmetic.padding import BadConvolution

Array = NDArray[Any]

LARGEST = 1_000_000  # entries of a matrix: 8 MB


def im2col(x: ArrayLike, w: Sequence[int], setting: Setting | None = None) -> Array:
    """The windows of ``x`` as the columns of a matrix (C·kh·kw, H'·W'), for a kernel of shape ``w``.

    With W = w.reshape(O, −1) and one group, W @ im2col(x) are all outputs; with groups each takes its C / groups rows.
    Of a transposed convolution these are the windows of the stretched input, met by the turned kernel.
    Chellapilla et al. 2006, “High performance convolutional neural networks for document processing”.
    """
    setting = setting or Setting()
    array = real(x, "the input")
    shape = work_out(array.shape, w, setting)
    rows, columns = shape.channels * math.prod(shape.kernel), math.prod(shape.output)
    _check(rows, columns)
    around = surrounded(array.reshape(1, shape.channels, *shape.input), shape, setting.padding_mode)
    step = (1, 1) if shape.transposed else shape.stride
    seen = windows(around, shape.kernel, dilation=shape.dilation, stride=step)
    columns_of: Array = seen[0].transpose(0, 3, 4, 1, 2).reshape(rows, columns)
    return columns_of


def toeplitz(x: Sequence[int], w: ArrayLike, setting: Setting | None = None) -> Array:
    """The matrix M (O·H'·W', C·H·W) with vec(y) = M vec(x), without the bias, for an input of shape ``x``.

    Convolution is linear, so column k is what comes out of an input that is 1 at cell k and 0 elsewhere: that is how it
    is computed, whatever the setting. In 1-D with stride 1 every diagonal holds one weight (a Toeplitz matrix), in 2-D
    it is made of such blocks; a transposed convolution has the transpose of this matrix.
    """
    setting = setting or Setting()
    weights = real(w, "the kernel")
    shape = work_out(x, weights.shape, setting)
    rows, columns = shape.filters * math.prod(shape.output), shape.channels * math.prod(shape.input)
    _check(rows, columns)
    units = np.eye(columns).reshape(columns, shape.channels, *shape.input[2 - shape.axes :])
    lifted = weights if weights.ndim > 2 else weights[None, None]
    matrix: Array = convolve(units, lifted, setting).reshape(columns, rows).T
    return matrix


def _check(rows: int, columns: int) -> None:
    if rows * columns > LARGEST:
        raise BadConvolution(f"as a matrix this has {rows:,} × {columns:,} entries; choose a smaller input to see it")
