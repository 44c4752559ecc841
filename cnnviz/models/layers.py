"""Every layer of a network that answers with maps: found by running it once, not by reading its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from cnnviz.probe import tour

if TYPE_CHECKING:
    from cnnviz.models.network import Network

KINDS = {
    "Conv2d": "convolution",
    "ConvTranspose2d": "transposed convolution",
    "Whitening": "whitening convolution",
    "BatchNorm2d": "batch norm",
    "MaxPool2d": "max pooling",
    "AvgPool2d": "average pooling",
    "AdaptiveAvgPool2d": "average pooling",
}
SILENT = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.AlphaDropout)


@dataclass(frozen=True)
class Place:
    """A layer by its ``path``: what it is, and the shape of its maps for a picture of the network's own size."""

    path: str
    kind: str
    channels: int
    height: int
    width: int
    convolution: bool

    @property
    def name(self) -> str:
        """The path, as an item of a menu."""
        return self.path

    @property
    def title(self) -> str:
        """``stage1.0.conv1 · convolution, 48 × 40×40``."""
        return f"{self.path} · {self.kind}, {self.channels} × {self.height}×{self.width}"

    summary = ""
    reference = ""


_known: WeakKeyDictionary[nn.Module, tuple[Place, ...]] = WeakKeyDictionary()


def places(network: Network) -> tuple[Place, ...]:
    """Layers whose answer is one set of maps, in the order in which they run. One small forward pass, then remembered.

    A layer that runs twice in a pass is left out: nobody could say which of its answers is meant.
    """
    with network.lock:
        if network.model not in _known:
            _known[network.model] = _found(network)
        return _known[network.model]


def _found(network: Network) -> tuple[Place, ...]:
    found: dict[str, Place | None] = {}

    def note(path: str, module: nn.Module, answer: Tensor) -> None:
        if answer.ndim == 4 and not isinstance(module, SILENT):
            channels, height, width = (int(n) for n in answer.shape[1:])
            kind = type(module).__name__
            convolution = isinstance(module, nn.Conv2d)
            place = Place(path, KINDS.get(kind, kind), channels, height, width, convolution)
            found[path] = None if path in found else place

    side = network.spec.side
    tour(network.model, torch.zeros(1, 3, side, side), note=note)
    return tuple(place for place in found.values() if place is not None and place.height * place.width > 1)
