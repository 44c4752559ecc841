"""A network as it is before its first step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.models.cifar_fast import Whitening
from cnnviz.models.registry import Spec
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.feeding import Feeding

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
FITTED = 5_000  # images behind a whitening layer
SOFT = 0.1


class Dropped(nn.Linear):
    """A linear layer that drops a share of what comes in, while training (Srivastava et al. 2014).

    Its weights have the names they had without, so they load into the plain network.
    """

    share: float

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 (torch's name)
        """``(N, …)`` to ``(N, out)``."""
        return super().forward(F.dropout(input.flatten(1), self.share, self.training))


def fresh(spec: Spec, config: Config, *, classes: int, images: Feeding) -> nn.Module:
    """The network of ``spec`` with random weights, on the device of ``images``, channels last, in training mode.

    A whitening layer is computed from the images. The last layer's weights are a tenth of what they would be, so that
    all classes begin equally likely and the first loss is ln(classes). Raises :class:`BadConfig` where the settings do
    not fit the network.
    """
    model: Any = spec.build(classes)
    if config.batch == 1 and any(isinstance(module, NORMS) for module in model.modules()):
        raise BadConfig(f"{spec.title} has batch norm, which needs at least 2 images; set the batch size to 2 or more")
    path = _last(model)
    if path:
        model.get_submodule(path).weight.detach().mul_(SOFT)
    if config.dropout:
        drop(model, path, share=config.dropout, title=spec.title)
    model.to(images.device, memory_format=torch.channels_last)
    for layer in model.modules():
        if isinstance(layer, Whitening):
            layer.fit(images.normalized(images.pixels[:: max(1, len(images) // FITTED)]))
    trained: nn.Module = model.train()
    return trained


def _last(model: nn.Module) -> str:
    """The path of the layer that makes the scores; empty where it is no linear layer."""
    weighted = [name for name, module in model.named_modules() if isinstance(module, (nn.Linear, nn.Conv2d))]
    return weighted[-1] if weighted and isinstance(model.get_submodule(weighted[-1]), nn.Linear) else ""


def drop(model: nn.Module, path: str, *, share: float, title: str) -> None:
    """Drop ``share`` of the features in front of the linear layer ``path``."""
    if not path:
        raise BadConfig(f"{title} has no linear layer at its end; set dropout to 0 or write dropout into the stack")
    last = model.get_submodule(path)
    dropped = Dropped(last.in_features, last.out_features, bias=last.bias is not None)  # type: ignore[arg-type]
    dropped.share = share
    dropped.load_state_dict(last.state_dict())
    parent, _, name = path.rpartition(".")
    setattr(model.get_submodule(parent), name, dropped)
