"""The weights of a convolution, as pictures: in colour where they act on colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from cnnviz.features.errors import FeatureError
from cnnviz.models.layers import convolution_of, places

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from cnnviz.models import Network


@dataclass(frozen=True, eq=False)
class Kernels:
    """What the units of a layer look for.

    ``weights`` float32 ``(out, in / groups, h, w)`` are those of the convolution at ``path``, ``bias`` ``(out,)`` or
    ``None``. ``colour`` says that the inputs are red, green and blue.
    """

    network: str
    layer: str
    path: str
    weights: NDArray[np.float32] = field(repr=False)
    bias: NDArray[np.float32] | None = field(repr=False)
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    colour: bool

    def seen(self, channel: int | None = None) -> NDArray[np.float32]:
        """One picture per unit, ``(out, h, w)``: the mean over all inputs, or the weights over one of them."""
        if channel is None:
            return np.asarray(self.weights.mean(1), np.float32)
        if not 0 <= channel < self.weights.shape[1]:
            raise FeatureError(
                f"there is no input {channel}; a kernel of {self.path} has 0 to {len(self.weights[0]) - 1}"
            )
        return self.weights[:, channel]


def kernels(network: Network, layer: str) -> Kernels:
    """The kernels of the units of ``layer``: its own, or those of the convolution whose answers it only passes on.

    Raises:
        FeatureError: the units of the layer are no single convolution's.
        LayerError: no such layer.
    """
    path = convolution_of(network, layer)
    if path is None:
        raise FeatureError(f"a unit of {layer[:40]!r} is a sum of several kernels; choose one of its convolutions")
    module = cast("nn.Conv2d", network.model.get_submodule(path))
    first = next(each.path for each in places(network) if each.convolution)
    weights = _numbers(module.weight.detach().cpu().numpy())
    return Kernels(
        network=network.name,
        layer=layer,
        path=path,
        weights=weights,
        bias=None if module.bias is None else _numbers(module.bias.detach().cpu().numpy()),
        stride=_pair(module.stride),
        padding=_padding(module),
        dilation=_pair(module.dilation),
        groups=module.groups,
        colour=path == first and weights.shape[1] == 3,
    )


def _padding(module: nn.Conv2d) -> tuple[int, int]:
    """Rows above and columns on the left; ``"same"`` puts the odd one behind, as torch does."""
    if module.padding == "valid":
        return 0, 0
    if module.padding == "same":
        pairs = zip(module.dilation, module.kernel_size, strict=True)
        down, across = (d * (k - 1) // 2 for d, k in pairs)
        return down, across
    return _pair(cast("tuple[int, ...]", module.padding))


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return int(values[0]), int(values[1])


def _numbers(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Finite float32: a diverged network must not put NaN into a picture."""
    return np.asarray(np.nan_to_num(values, posinf=1e30, neginf=-1e30), np.float32)
