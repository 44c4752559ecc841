"""Does a network end in global average pooling and one linear layer after this map? Found by trying, not by names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen

SIDES = (64, 32, 224)
"""Sides of the empty pictures tried: small first, then the sizes of networks that take only CIFAR's or ImageNet's."""

_paths: WeakKeyDictionary[nn.Module, dict[str, str]] = WeakKeyDictionary()


class LinearHead(NamedTuple):
    """``scores = mean(A) @ weight.T + bias`` with ``weight`` ``(classes, C)`` and ``bias`` ``(classes,)``."""

    weight: Tensor
    bias: Tensor


def gap_linear_head(model: nn.Module, layer: str) -> LinearHead | None:
    """The head of ``model`` if one linear layer makes its scores from the spatial mean of ``layer``, else ``None``.

    That holds only for the last feature map. It is tested by giving the network random activations of both signs in
    place of the layer's and comparing its scores with ``mean(A) @ weight.T + bias`` for each linear layer (or 1×1
    convolution) that fits: dropout, flattening and where pooling is written do not matter, any nonlinearity shows.
    Tested once per network and layer, by a forward pass on a small empty picture: hold the network's lock.
    """
    known = _paths.setdefault(model, {})
    if layer not in known:
        known[layer] = _find(model, layer)
    if not known[layer]:
        return None
    return _as_head(model.get_submodule(known[layer]))


def _as_head(linear: nn.Module) -> LinearHead:
    parameters = dict(linear.named_parameters(recurse=False))
    weight = parameters["weight"].detach().flatten(1)
    bias = parameters["bias"].detach() if "bias" in parameters else weight.new_zeros(len(weight))
    return LinearHead(weight, bias)


def _find(model: nn.Module, layer: str) -> str:
    """Path of the linear layer of the head, or ``""``."""
    from cnnviz.probe import LayerError, look

    for side in SIDES:
        try:
            seen = look(model, layer, _empty_picture(model, side))
        except LayerError:
            return ""
        except (RuntimeError, ValueError, AssertionError):  # not a size for this network
            continue
        if seen.activations.ndim == 4 and math.prod(seen.activations.shape[2:]) > 1:
            return _matching_layer(model, seen)
    return ""


def _empty_picture(model: nn.Module, side: int) -> Tensor:
    import torch
    from torch import nn

    channels = next((m.in_channels for m in model.modules() if isinstance(m, nn.Conv2d)), 3)
    kind = next(model.parameters(), torch.empty(0))
    return torch.zeros(1, channels, side, side, dtype=kind.dtype, device=kind.device)


def _matching_layer(model: nn.Module, seen: Seen) -> str:
    import torch
    from torch import nn

    shape = (seen.scores.shape[1], seen.activations.shape[1])
    fitting: dict[str, nn.Module] = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d) and module.weight.flatten(1).shape == shape
    }
    if not fitting:
        return ""
    noise = torch.randn(seen.activations.shape, generator=torch.Generator().manual_seed(0)).to(seen.activations)
    scores = seen.forward(3 * noise)
    for name, module in reversed(fitting.items()):
        weight, bias = _as_head(module)
        expected = 3 * noise.mean((2, 3)) @ weight.T + bias
        tolerance = max(1e-3, 8 * torch.finfo(scores.dtype).eps) * float(expected.nan_to_num().abs().max())
        if torch.allclose(scores, expected, rtol=0, atol=tolerance, equal_nan=True):
            return name
    return ""
