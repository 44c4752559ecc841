"""A convolution that lays its weights out for the processor once, not at every call.

oneDNN, which computes torch's convolutions on a CPU, wants weights in blocks. Bringing them into that order takes a
fifth of the time of a ResNet-18 on one picture, and torch does it at every call.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

KINDS = (torch.float32, torch.bfloat16)
KEPT = 2  # sizes whose weights are kept: each is a copy of them


class PackedConv2d(nn.Conv2d):
    """An ``nn.Conv2d`` with the same numbers, for weights that are not trained: else it is one as any other.

    The order that suits one size of picture may slow down another tenfold, so they are packed for each size; those of
    the last :data:`KEPT` sizes are kept, until ``weight`` is written to, and never copied nor saved.
    """

    _packed: tuple[tuple[Any, Tensor], ...] = ()

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
        answer: Tensor = _Convolution.apply(x, self, self._weights(x))
        return answer

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

    def _weights(self, x: Tensor) -> Tensor:
        version = self.weight._version  # noqa: SLF001 (there is no other name)
        now = self.weight.data_ptr(), self.weight.dtype, version, tuple(x.shape)
        found = next((weights for known, weights in self._packed if known == now), None)
        if found is None:
            pack = torch.ops.mkldnn._reorder_convolution_weight  # noqa: SLF001
            options = self.padding, self.stride, self.dilation, self.groups
            with torch.inference_mode(mode=False), torch.no_grad():
                found = pack(self.weight.detach(), *options, list(x.shape))
            fresh = [kept for kept in self._packed if kept[0][:3] == now[:3]]
            self._packed = ((now, found), *fresh[: KEPT - 1])
        return found

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_packed"}


class _Convolution(torch.autograd.Function):
    """Forward with packed weights; backward to the input alone, with the weights as they are."""

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
        options = layer.stride, layer.padding, layer.dilation
        found = torch.ops.aten.convolution_backward(
            slope, x, ctx.weight, None, *options, False, (0, 0), layer.groups, (True, False, False)
        )
        return found[0], None, None


def _possible() -> bool:
    """Whether this torch has oneDNN and the two operators."""
    if not torch.backends.mkldnn.is_available():
        return False
    names = ("_convolution_pointwise", "_reorder_convolution_weight")
    return all(hasattr(torch.ops.mkldnn, name) for name in names)


POSSIBLE = _possible()
