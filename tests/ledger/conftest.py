"""A second reading of the layers, in torch: what the ledger and the measured field are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.ledger import (
    AdaptivePool,
    Branches,
    Conv,
    Flatten,
    Identity,
    Layer,
    Linear,
    PartialConv,
    Pool,
    RadialBasis,
    Subsample,
)


def conv(layer: Conv, x: Tensor) -> Tensor:
    out, groups = layer.out or x.shape[1], layer.groups or x.shape[1]
    weight = x.new_full((out, x.shape[1] // groups, layer.kernel, layer.kernel), 1.0)
    settings = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation, "groups": groups}
    return functional.conv2d(x, weight / weight[0].numel(), **settings)


def partial(layer: PartialConv, x: Tensor) -> Tensor:
    weight = x.new_zeros((len(layer.table), x.shape[1], layer.kernel, layer.kernel))
    for out, channels in enumerate(layer.table):
        weight[out, list(channels)] = 1 / (len(channels) * layer.kernel**2)
    return functional.conv2d(x, weight)


def pool(layer: Pool, x: Tensor) -> Tensor:
    window = (layer.kernel, layer.stride or layer.kernel, layer.padding, layer.ceil)
    return functional.avg_pool2d(x, *window, divisor_override=layer.kernel**2)


def identity(layer: Identity, x: Tensor) -> Tensor:
    kept = x[:, :, :: layer.stride, :: layer.stride]
    return functional.pad(kept, (0, 0, 0, 0, 0, layer.out - kept.shape[1]))


def linear(layer: Linear | RadialBasis, x: Tensor) -> Tensor:
    return x.flatten(1).mean(1, keepdim=True).expand(-1, layer.out)


STEPS: dict[type[Layer], Callable[[Any, Tensor], Tensor]] = {
    Conv: conv,
    PartialConv: partial,
    Pool: pool,
    Subsample: lambda layer, x: functional.avg_pool2d(x, layer.kernel),
    AdaptivePool: lambda layer, x: functional.adaptive_avg_pool2d(x, layer.size),
    Identity: identity,
    Flatten: lambda _, x: x.flatten(1),
    Linear: linear,
    RadialBasis: linear,
}


def averaged(layer: Layer, x: Tensor) -> Tensor:
    """The layer as a mean of what it sees, without bias; norms, gates and activations hand on."""
    step = STEPS.get(type(layer))
    return x if step is None else step(layer, x)


def rows_of(layers: Sequence[Layer], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """What comes out at the end, and at every row in the ledger's order."""
    seen: list[Tensor] = []
    for layer in layers:
        if not isinstance(layer, Branches):
            x = averaged(layer, x)
            seen.append(x)
            continue
        ends = []
        for branch in layer.branches:
            end, inner = rows_of(branch, x)
            seen += inner
            ends.append(end)
        if layer.join != "aside":
            x = sum(ends) if layer.join == "add" else torch.cat(ends, 1)  # type: ignore[assignment]
            seen.append(x)
    return x, seen


@pytest.fixture(name="rows_of")
def _rows_of() -> Callable[[Sequence[Layer], Tensor], tuple[Tensor, list[Tensor]]]:
    return rows_of


def parameters(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@pytest.fixture(name="parameters")
def _parameters() -> Callable[[nn.Module], int]:
    return parameters
