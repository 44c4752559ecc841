"""A convolution that lays its weights out for the processor once, not at every call.

oneDNN, which computes torch's convolutions on a CPU, wants weights in blocks. Bringing them into that order takes a
fifth of the time of a ResNet-18 on one picture, and half of that of the way back, and torch does it at every call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.models import input_gradient, winograd

KINDS = (torch.float32, torch.bfloat16)
KEPT = 2  # sizes whose weights are kept, forward and backward: each is a copy of them


class PackedConv2d(nn.Conv2d):
    """An ``nn.Conv2d`` with the same numbers, for weights that are not trained: else it is one as any other.

    The order that suits one size of picture may slow down another tenfold, so they are packed for each size; those of
    the last :data:`KEPT` sizes are kept, until ``weight`` is written to, and never copied nor saved.
    """

    _packed: tuple[tuple[Any, Any], ...] = ()

    @classmethod
    def of(cls, convolution: nn.Conv2d) -> PackedConv2d:
        """With the parameters of ``convolution``, which are shared."""
        packed = cls.__new__(cls)
        packed.__dict__ = dict(convolution.__dict__)
        return packed

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to ``(N, K, h, w)``."""
        if not self._can_be_packed(x):
            return super().forward(x)
        if winograd.pays(self, x) and not (torch.is_grad_enabled() and x.requires_grad):
            return winograd.convolved(self, x)
        packed = self.kept("forward", x.shape, lambda weight: self._ordered(weight, x))
        answer: Tensor = _Convolution.apply(x, self, packed)
        return answer

    def kept(self, use: str, size: Sequence[int], make: Callable[[Tensor], Any]) -> Any:
        """``make(weight)``, the weights laid out for a ``use`` on something of that ``size``: made once."""
        version = self.weight._version  # noqa: SLF001 (there is no other name)
        written = self.weight.data_ptr(), self.weight.dtype, version
        now = written, use, tuple(size)
        found = next((weights for known, weights in self._packed if known == now), None)
        if found is None:
            with torch.inference_mode(mode=False), torch.no_grad():
                found = make(self.weight.detach())
            fresh = [kept for kept in self._packed if kept[0][0] == written]
            alike = [kept for kept in fresh if kept[0][1] == use][: KEPT - 1]
            self._packed = ((now, found), *alike, *(kept for kept in fresh if kept[0][1] != use))
        return found

    def _can_be_packed(self, x: Tensor) -> bool:
        trained = torch.is_grad_enabled() and self.weight.requires_grad
        plain = self.padding_mode == "zeros" and isinstance(self.padding, tuple)
        return (
            not trained
            and plain
            and x.device.type == "cpu"
            and x.ndim == 4
            and x.dtype == self.weight.dtype
            and x.dtype in KINDS
            and POSSIBLE
            and not torch.is_autocast_enabled("cpu")
        )

    def _ordered(self, weight: Tensor, x: Tensor) -> Tensor:
        options = self.padding, self.stride, self.dilation, self.groups
        ordered: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, *options, list(x.shape))  # noqa: SLF001
        return ordered

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_packed"}


class _Convolution(torch.autograd.Function):
    """Forward with packed weights; backward to the input alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: PackedConv2d, packed: Tensor) -> Tensor:
        """The answer of ``layer`` to ``x``."""
        ctx.layer, ctx.weight = layer, layer.weight
        ctx.save_for_backward(x)
        answer: Tensor = torch.ops.mkldnn._convolution_pointwise(  # noqa: SLF001 (what torch.compile calls, too)
            x, packed, layer.bias, layer.padding, layer.stride, layer.dilation, layer.groups, "none", [], ""
        )
        return answer

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, None, None]:
        """The derivative by ``x``."""
        (x,), layer = ctx.saved_tensors, ctx.layer
        if ctx.weight is layer.weight and not torch.is_grad_enabled():  # else somebody differentiates this again
            return input_gradient.of(layer, slope, x), None, None
        options = layer.stride, layer.padding, layer.dilation
        found = torch.ops.aten.convolution_backward(
            slope, x, ctx.weight, None, *options, False, (0, 0), layer.groups, (True, False, False)
        )
        return found[0], None, None


def _possible() -> bool:
    """Whether this torch has oneDNN and the operators."""
    if not torch.backends.mkldnn.is_available():
        return False
    names = ("convolution_pointwise", "convolution_transpose_pointwise")
    packing = ("_reorder_convolution_weight", "_reorder_convolution_transpose_weight")
    return all(hasattr(torch.ops.mkldnn, name) for name in (*(f"_{name}" for name in names), *packing))


POSSIBLE = _possible()
