"""The derivative of a convolution's answer by its input, with weights laid out for the processor once.

It is a transposed convolution, to which oneDNN wants the weights in another order than to the convolution itself. By a
picture, which has three channels, it would leave most of a register empty: there all pixels of a stride are computed
at once, as channels of an ordinary convolution, and then shuffled to their places (Shi et al. 2016,
https://arxiv.org/abs/1609.05158).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from cnnviz.models.packed import PackedConv2d

FEW, WIDE = 4, 5
"""At most so many channels and at least so wide a kernel: there shuffling is the faster way."""


def of(layer: PackedConv2d, slope: Tensor, x: Tensor) -> Tensor:
    """``(N, C, H, W)``, as ``x``, from the derivative ``slope`` ``(N, K, h, w)`` by the answer of ``layer`` to it."""
    slope = slope.contiguous(memory_format=torch.channels_last)
    return _shuffled(layer, slope, x) if _few(layer) else _transposed(layer, slope, x)


def _few(layer: PackedConv2d) -> bool:
    (down, across), (before, left) = layer.stride, _padding(layer)
    square = down == across and before == left and layer.kernel_size[0] == layer.kernel_size[1]
    plain = square and layer.dilation == (1, 1) and layer.groups == 1
    return plain and down > 1 and layer.in_channels <= FEW and layer.kernel_size[0] >= WIDE


def _transposed(layer: PackedConv2d, slope: Tensor, x: Tensor) -> Tensor:
    padding, stride, dilation = _padding(layer), layer.stride, layer.dilation
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, layer.kernel_size, strict=True)]
    unseen = [  # rows and columns at the end that no place of the answer looks at
        x.shape[axis] + 2 * padding[axis - 2] - (slope.shape[axis] - 1) * stride[axis - 2] - reach[axis - 2]
        for axis in (2, 3)
    ]

    def ordered(weight: Tensor) -> Tensor:
        pack = torch.ops.mkldnn._reorder_convolution_transpose_weight  # noqa: SLF001
        found: Tensor = pack(weight, padding, unseen, stride, dilation, layer.groups, list(slope.shape))
        return found

    found: Tensor = torch.ops.mkldnn._convolution_transpose_pointwise(  # noqa: SLF001
        slope, layer.kept(f"backward {unseen}", slope.shape, ordered), None,
        padding, unseen, stride, dilation, layer.groups, "none", [], "",
    )  # fmt: skip
    return found


def _shuffled(layer: PackedConv2d, slope: Tensor, x: Tensor) -> Tensor:
    """Pixel ``s v + r`` gets ``slope`` at ``v + e`` through the weight at ``r + p - s e``: a convolution for each r."""
    stride, padding, kernel = layer.stride[0], _padding(layer)[0], layer.kernel_size[0]
    first, last = -((kernel - 1 - padding) // stride), (stride - 1 + padding) // stride  # of the e
    size = [-(-length // stride) for length in x.shape[2:]]
    around = max(-first, last + max(0, *(n - have for n, have in zip(size, slope.shape[2:], strict=True))))

    def phases(weight: Tensor) -> Tensor:
        before = stride * last - padding
        after = stride * (last - first + 1) - kernel - before
        spread = F.pixel_unshuffle(F.pad(weight, (before, after, before, after)), stride)
        return spread.flip(2, 3).transpose(0, 1).contiguous()

    def ordered(weight: Tensor) -> Tensor:
        pack = torch.ops.mkldnn._reorder_convolution_weight  # noqa: SLF001
        found: Tensor = pack(phases(weight), (around, around), (1, 1), (1, 1), 1, list(slope.shape))
        return found

    packed = layer.kept(f"backward {around}", slope.shape, ordered)
    found: Tensor = torch.ops.mkldnn._convolution_pointwise(  # noqa: SLF001
        slope, packed, None, (around, around), (1, 1), (1, 1), 1, "none", [], ""
    )
    begin = first + around
    kept = found[:, :, begin : begin + size[0], begin : begin + size[1]]
    return F.pixel_shuffle(kept, stride)[:, :, : x.shape[2], : x.shape[3]]


def _padding(layer: PackedConv2d) -> tuple[int, int]:
    down, across = (int(each) for each in layer.padding)  # a PackedConv2d runs here only if it is no word
    return down, across
