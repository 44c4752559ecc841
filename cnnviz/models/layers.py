"""Every layer of a network that answers with maps: found by running it once, not by reading its code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from cnnviz.models.registry import Layer
from cnnviz.probe import LayerError, find_layer, tour

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
ACTIVATIONS = {"ReLU", "ReLU6", "SiLU", "GELU", "Hardswish", "LeakyReLU", "ELU", "Sigmoid", "Tanh"}
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


def place(network: Network, path: str) -> Place:
    """The layer at ``path``; for a stage of blocks, which answers what its last layer answers, that of its last layer.

    Raises:
        LayerError: no layer of that path answers with maps, once.
    """
    find_layer(network.model, path)
    known = {each.path: each for each in places(network)}
    if path in known:
        return known[path]
    inside = [each for each in known if each.startswith(f"{path}.")]
    if not inside:
        raise LayerError(f"layer {path[:40]!r} has no maps of its own; choose one inside a stage of convolutions")
    return replace(known[inside[-1]], path=path)


def worth(network: Network) -> tuple[Layer, ...]:
    """The layers to begin with, as they run: the first convolution, whose kernels have colours, and those of the spec.

    Titles as in the menus of other lectures.
    """
    chosen = tuple(reversed(network.layers))
    first = next((each for each in places(network) if each.convolution), None)
    if first is None or any(each.path == first.path for each in chosen):
        return chosen
    return Layer(first.path, f"first convolution, {first.height}×{first.width}"), *chosen


def convolution_of(network: Network, path: str) -> str | None:
    """The convolution whose kernels make the units of ``path``, one to one; None for a sum, such as a residual block.

    Found by going back over what acts on each map alone: batch norm, activation, pooling.
    """
    known = places(network)
    wanted = place(network, path)
    at = next((k for k, each in enumerate(known) if each.path == path), None)
    if at is None:
        at = max(k for k, each in enumerate(known) if each.path.startswith(f"{path}."))
    while at >= 0 and known[at].channels == wanted.channels:
        if known[at].convolution:
            return known[at].path
        if not _alone(network.model.get_submodule(known[at].path)):
            return None
        at -= 1
    return None


def _alone(module: nn.Module) -> bool:
    """Whether a layer acts on each map alone."""
    pools = (nn.MaxPool2d, nn.AvgPool2d, nn.BatchNorm2d)
    return isinstance(module, pools) or (not any(module.children()) and type(module).__name__ in ACTIVATIONS)
