"""What the engine knows of a network's operations: which look at a neighbourhood, which at one place only.

A *sliding* operation (convolution, pooling) looks at a rectangle of places; a *pointwise* one at the same place of one
or several maps. All else is *opaque*: it may look anywhere, so it is given whole maps.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.models.packed import PackedConv2d

Pair = tuple[int, int]


@dataclass(frozen=True)
class Sliding:
    """A window of ``kernel`` places that moves by ``stride`` over a map with ``padding`` of ``empty`` around it.

    ``whole(x)`` is the operation itself; ``inner(x)`` the same without padding, on a part of the map that was padded
    before. ``counted`` is for average pooling: ``inner`` then gives sums, to be divided by how many places count.
    """

    whole: Callable[[Tensor], Tensor]
    inner: Callable[[Tensor], Tensor]
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)
    empty: float = 0.0
    counted: bool | None = field(default=None)  # average pooling: whether padding counts; None for all else
    multiplications: int = 0  # per place of the answer

    def reach(self, axis: int) -> int:
        """Places from the first to the last that one answer looks at along ``axis``."""
        return (self.kernel[axis] - 1) * self.dilation[axis] + 1


@dataclass(frozen=True)
class Pointwise:
    """A function of the same place of all the maps among its arguments."""

    run: Callable[..., Any]


Operation = Sliding | Pointwise | None

POINTWISE_MODULES = (
    nn.BatchNorm2d, nn.CELU, nn.Dropout, nn.Dropout2d, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh,
    nn.Identity, nn.LeakyReLU, nn.LocalResponseNorm, nn.Mish, nn.PReLU, nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU,
    nn.Sigmoid, nn.Softplus, nn.Softsign, nn.Tanh,
)  # fmt: skip
POINTWISE_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{f: f for f in (torch.relu, torch.sigmoid, torch.tanh, F.silu, F.gelu, F.elu, F.relu6, F.hardswish)},
    **{f: f for f in (F.relu, F.leaky_relu, F.dropout, F.hardsigmoid, operator.add, operator.sub, operator.mul)},
    **{f: f for f in (torch.add, torch.sub, torch.mul, operator.truediv, torch.cat, operator.getitem)},
    operator.iadd: operator.add,
    operator.imul: operator.mul,
    torch.concat: torch.cat,
    torch.unsqueeze: torch.unsqueeze,
}
POINTWISE_METHODS = {"relu", "sigmoid", "tanh", "add", "mul", "sub"}


def of_module(module: nn.Module) -> Operation:
    """The operation of a module of torch; None if it may look anywhere."""
    if isinstance(module, nn.Conv2d):
        return _convolution(module)
    if isinstance(module, nn.MaxPool2d):
        return _max_pooling(module)
    if isinstance(module, nn.AvgPool2d):
        return _average_pooling(module)
    if isinstance(module, nn.BatchNorm2d) and module.running_mean is None:
        return None
    return Pointwise(module) if isinstance(module, POINTWISE_MODULES) else None


def of_function(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operation:
    """The operation of a function called with these arguments; None if it may look anywhere."""
    if target in (torch.max_pool2d, F.max_pool2d):
        return _max_pooling(_pool(nn.MaxPool2d, ("kernel_size", "stride", "padding", "dilation"), args, kwargs))
    if target is F.avg_pool2d:
        return _average_pooling(_pool(nn.AvgPool2d, ("kernel_size", "stride", "padding"), args, kwargs))
    rest = (*args[1:], *kwargs.values())
    if target in (torch.cat, torch.concat, torch.unsqueeze) and rest != (1,):
        return None
    if target is operator.getitem and not _of_channels(args[1]):
        return None
    run = POINTWISE_FUNCTIONS.get(target)
    return None if run is None else Pointwise(run)


def of_method(name: str) -> Operation:
    """The operation of a tensor's method; None if it may look anywhere."""
    return Pointwise(getattr(torch, name)) if name in POINTWISE_METHODS else None


def _of_channels(index: Any) -> bool:
    """Whether an index is ``[:, k]`` or ``[:, a:b]``: it chooses channels and keeps every place."""
    return (
        isinstance(index, tuple) and len(index) == 2 and index[0] == slice(None) and isinstance(index[1], int | slice)
    )


def _pool(kind: type[nn.Module], names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    later = {nn.MaxPool2d: ("ceil_mode",), nn.AvgPool2d: ("ceil_mode", "count_include_pad", "divisor_override")}[kind]
    given = {k: v for k, v in kwargs.items() if k not in ("input", "return_indices")}
    return kind(**dict(zip((*names, *later), args[1:], strict=False)), **given)


def _pair(value: Any) -> Pair:
    first, second = value if isinstance(value, tuple | list) else (value, value)
    return int(first), int(second)


def _convolution(conv: nn.Conv2d) -> Sliding | None:
    kernel, stride, dilation = (_pair(value) for value in (conv.kernel_size, conv.stride, conv.dilation))
    padding = (0, 0) if conv.padding == "valid" else conv.padding
    if padding == "same":  # an even kernel would need more zeros on one side than on the other
        if kernel[0] % 2 == 0 or kernel[1] % 2 == 0:
            return None
        padding = tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
    if conv.padding_mode != "zeros":
        return None
    inner = PackedConv2d.of(conv)
    inner.padding, inner._packed = (0, 0), ()  # noqa: SLF001 (it packs for what it is called with)
    return Sliding(
        conv,
        inner,
        kernel,
        stride,
        _pair(padding),
        dilation,
        multiplications=conv.weight.numel(),
    )


def _max_pooling(pool: nn.MaxPool2d) -> Sliding | None:
    if pool.return_indices:
        return None
    kernel, dilation = _pair(pool.kernel_size), _pair(pool.dilation)
    stride = _pair(pool.stride or pool.kernel_size)
    return Sliding(
        pool,
        lambda x: F.max_pool2d(x, kernel, stride, 0, dilation),
        kernel,
        stride,
        _pair(pool.padding),
        dilation,
        empty=float("-inf"),
    )


def _average_pooling(pool: nn.AvgPool2d) -> Sliding | None:
    kernel, stride = _pair(pool.kernel_size), _pair(pool.stride or pool.kernel_size)
    if pool.divisor_override is not None:
        return None
    return Sliding(
        pool,
        lambda x: F.avg_pool2d(x, kernel, stride, divisor_override=1),
        kernel,
        stride,
        _pair(pool.padding),
        counted=bool(pool.count_include_pad),
    )
