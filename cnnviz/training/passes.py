"""Batch norm, sum, ReLU, GELU and max pooling of bfloat16 on the CPU, with few passes through memory.

The loops are those of :mod:`cnnviz.training.kernels` and :mod:`cnnviz.training.kernels_pooling`; here they get their
arrays and become functions that torch can differentiate.
"""

from __future__ import annotations

import math
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from cnnviz.training.device import has_bfloat16

LANES = 512  # numbers in a row of what the loops see, at most: the channels of as many pixels as fit


def possible(x: Tensor, other: Tensor | None = None) -> bool:
    """Whether the loops are written for these: bfloat16 ``(N, C, H, W)`` of one shape, channels last, on the CPU."""
    return all(
        each.dtype == torch.bfloat16
        and each.device.type == "cpu"
        and each.ndim == 4
        and each.shape == x.shape
        and each.numel() > 0
        and each.is_contiguous(memory_format=torch.channels_last)
        for each in (x, x if other is None else other)
    )


def counts(norm: nn.BatchNorm2d) -> bool:
    """Whether ``norm`` takes mean and variance of the batch, scales, shifts and keeps running ones, as usual."""
    return norm.training and norm.affine and norm.track_running_stats and norm.momentum is not None


def normed(x: Tensor, other: Tensor | None, norm: nn.BatchNorm2d, then: str = "") -> Tensor:
    """``then(norm(x) + other)`` of ``(N, C, H, W)``, and the running mean and variance of ``norm`` as they go on.

    ``then`` is ``"relu"``, ``"gelu"`` where there is no ``other``, or nothing.
    """
    answer: Tensor = _Normed.apply(x, other, norm.weight, norm.bias, norm, then)
    return answer


def pooled(x: Tensor, *, rectified: bool) -> Tensor:
    """``relu(max_pool2d(x, 2))``, ``(N, C, H, W)`` to ``(N, C, H // 2, W // 2)``; of equals the first one counts."""
    answer: Tensor = _Pooled.apply(x, rectified)
    return answer


def prepare() -> None:
    """Compile the loops, if this processor has a use for them: ten seconds that the first training is spared."""
    if not has_bfloat16(torch.device("cpu")):
        return
    x, norm = _map((2, 4, 4, 16))[1].fill_(1).requires_grad_(), nn.BatchNorm2d(16)
    for other, then in ((None, "relu"), (x, "relu"), (None, "gelu")):
        pooled(normed(x, other, norm, then), rectified=True).sum().backward()


class _Normed(torch.autograd.Function):
    """``scale · (x - mean) / sqrt(var + eps) + shift (+ other)``, Ioffe & Szegedy 2015, with ReLU or GELU on top."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, other: Tensor | None, *given: Any) -> Tensor:
        """One pass for mean and variance, one for the answer."""
        loops = _loops()
        scale, shift, norm, then = given
        channels, count = x.shape[1], x.numel() // x.shape[1]
        rows = _rows(x)
        total, squares = loops.sums(channels, rows)
        mean = total / count
        var = np.maximum(squares / count - mean**2, 0)
        _count(norm, mean, var * (count / max(count - 1, 1)))
        inverse = 1 / np.sqrt(var + norm.eps)
        factor = scale.detach().numpy() * inverse
        terms = np.stack([factor, shift.detach().numpy() - factor * mean]).astype(np.float32)
        least = 0.0 if then == "relu" else -math.inf
        y = torch.empty_like(x)
        if then == "gelu":
            loops.scaled_and_bent(terms, rows, _rows(y))
        elif other is None:
            loops.scaled(least, terms, rows, _rows(y))
        else:
            loops.scaled_and_added(least, terms, rows, _rows(other), _rows(y))
        ctx.save_for_backward(x, y if then and other is not None else None, scale)
        ctx.mean, ctx.inverse, ctx.terms, ctx.least, ctx.then = mean, inverse, terms, least, then
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """One pass for the sums of what ReLU or GELU lets back, one for the slope of the input."""
        loops = _loops()
        x, y, scale = ctx.saved_tensors
        channels, count, terms, least = x.shape[1], x.numel() // x.shape[1], ctx.terms, ctx.least
        slope = slope.contiguous(memory_format=torch.channels_last)
        rows, slopes = _rows(x), _rows(slope)
        if y is None and ctx.then != "gelu":
            by_shift, products = loops.slope_sums(least, terms, slopes, rows)
        else:
            slope = torch.empty_like(x)
            passed, least = _rows(slope), -math.inf
            if y is None:
                by_shift, products = loops.straightened(terms, slopes, rows, passed)
            else:
                by_shift, products = loops.let_through(channels, slopes, rows, _rows(y), passed)
            slopes = passed
        by_scale = (products - ctx.mean * by_shift) * ctx.inverse
        found = None
        if ctx.needs_input_grad[0]:
            factor = scale.detach().numpy() * ctx.inverse
            by_x = -factor * ctx.inverse * by_scale / count
            back = np.stack([*terms, factor, by_x, -factor * by_shift / count - by_x * ctx.mean]).astype(np.float32)
            found = torch.empty_like(x)
            loops.combined(least, back, slopes, rows, _rows(found))
        of_scale, of_shift = (torch.from_numpy(each).to(scale.dtype) for each in (by_scale, by_shift))
        return found, slope if ctx.needs_input_grad[1] else None, of_scale, of_shift, None, None


class _Pooled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rectified: bool) -> Tensor:  # noqa: FBT001 (torch hands it over by position)
        """The greatest of each four."""
        count, channels, height, width = x.shape
        y, answer = _map((count, height // 2, width // 2, channels))
        ctx.place, ctx.size = np.empty(y.shape, np.uint8), (count, height, width, channels)
        _loops(of_pixels=True).pooled(rectified, _pixels(x), y, ctx.place)
        return answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        """Back to where it was."""
        slope = slope.contiguous(memory_format=torch.channels_last)
        found, answer = _map(ctx.size)
        _loops(of_pixels=True).spread(_pixels(slope), ctx.place, found)
        return answer, None


def _map(size: tuple[int, int, int, int]) -> tuple[NDArray[np.uint16], Tensor]:
    """An empty map ``(N, H, W, C)`` of bfloat16: its bits, and the same memory as ``(N, C, H, W)``."""
    pixels = torch.empty(size, dtype=torch.bfloat16)
    return pixels.view(torch.uint16).numpy(), pixels.permute(0, 3, 1, 2)


def _count(norm: nn.BatchNorm2d, mean: NDArray[np.float64], var: NDArray[np.float64]) -> None:
    """Blend a batch's mean and variance into the running ones."""
    buffers: dict[str, Tensor] = norm._buffers  # type: ignore[assignment]  # noqa: SLF001 (none is None: see counts)
    for name, new in (("running_mean", mean), ("running_var", var)):
        kept = buffers[name].numpy()
        kept += norm.momentum * (new - kept)
    buffers["num_batches_tracked"].add_(1)


def _pixels(tensor: Tensor) -> NDArray[np.uint16]:
    """The memory of a map as ``(N, H, W, C)``, bfloat16 as its bits."""
    found: NDArray[np.uint16] = tensor.detach().permute(0, 2, 3, 1).view(torch.uint16).numpy()
    return found


def _rows(tensor: Tensor) -> NDArray[Any]:
    """The memory of a map as rows of at most :data:`LANES` numbers, each of all channels of some pixels."""
    channels = tensor.shape[1]
    lanes = channels * _together(tensor.numel() // channels, max(1, LANES // channels))
    return tensor.detach().view(torch.uint16).as_strided((tensor.numel() // lanes, lanes), (lanes, 1)).numpy()


@lru_cache(maxsize=256)
def _together(pixels: int, most: int) -> int:
    """The most pixels that may be a row, so that all rows are as long."""
    return next(some for some in range(most, 0, -1) if pixels % some == 0)


def _loops(*, of_pixels: bool = False) -> ModuleType:
    """The loops, to be run by as many threads as torch has. They take seconds to compile: only who needs them does."""
    import numba

    from cnnviz.training import kernels, kernels_pooling

    threads = torch.get_num_threads()
    if numba.get_num_threads() != threads:
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]
        torch.set_num_threads(threads)  # numba, when it starts, sets those of torch, too
    return kernels_pooling if of_pixels else kernels
