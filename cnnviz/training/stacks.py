"""A stack of the ledger as a torch module: the same shapes and the same number of parameters."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnnviz.ledger import (
    LRN,
    Activation,
    AdaptivePool,
    BatchNorm,
    Branches,
    Conv,
    Dropout,
    Flatten,
    Linear,
    Pool,
    SqueezeExcite,
    StackError,
    ledger,
    parse,
)
from cnnviz.ledger import Layer as Described
from cnnviz.models.registry import Layer, Spec
from cnnviz.training.config import BadConfig
from cnnviz.training.stackable import SIDE, checked

if TYPE_CHECKING:
    from cnnviz.training.networks.registry import Trainable

# centred, and of about unit variance on pictures of any kind: what is trained on one set can be shown another
MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
MOST_BYTES = 6_000_000_000
Shape = tuple[int, ...]


class Full(nn.Linear):
    """A linear layer that takes a map as it comes: the ledger's ``fc`` flattens by itself."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 (torch's name)
        """``(N, …)`` to ``(N, out)``."""
        return super().forward(input.flatten(1))


class Joined(nn.Module):
    """Paths from one map, added or concatenated; an empty path hands the map on."""

    def __init__(self, paths: Sequence[nn.Sequential], *, added: bool) -> None:
        super().__init__()
        self.added = added
        for number, path in enumerate(paths, start=1):
            self.add_module(f"path{number}", path)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the sum, or the channels of all paths one after the other."""
        ends = [path(x) for path in self.children()]
        return torch.stack(ends).sum(0) if self.added and len(ends) > 2 else _joined(ends, added=self.added)


def _joined(ends: list[Tensor], *, added: bool) -> Tensor:
    if added:
        return ends[0] + ends[-1] if len(ends) > 1 else ends[0]
    return torch.cat(ends, 1)


class Gate(nn.Module):
    """Squeeze-and-excite: each channel times a number in 0…1 made of all channels' means (Hu et al. 2018)."""

    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.squeeze, self.excite = nn.Linear(channels, squeeze), nn.Linear(squeeze, channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same shape."""
        gates = self.excite(torch.relu(self.squeeze(x.mean((2, 3))))).sigmoid()
        scaled: Tensor = x * gates[:, :, None, None]
        return scaled


def read(text: str, classes: int | None = None) -> tuple[Described, ...]:
    """The layers of a stack for 3 × 32 × 32 and ``classes``, or any number of them.

    Raises :class:`BadConfig` where it cannot be read, trained or borne.
    """
    try:
        ends = ledger(parse(text), (3, SIDE, SIDE)).rows[-1].output[0]
    except StackError as error:
        raise BadConfig(_short(str(error))) from None
    found = checked(text, classes=ends if classes is None else classes)
    if found.problem:
        raise BadConfig(_short(found.problem))
    return found.layers


def borne(text: str, batch: int) -> None:
    """Raise :class:`BadConfig` if the maps of a batch and their gradients would fill a small computer's memory."""
    needed = 2 * batch * ledger(parse(text), (3, SIDE, SIDE)).activation_bytes
    if needed > MOST_BYTES:
        fitting = max(1, batch * MOST_BYTES // needed)
        told = f"a batch of {batch} needs {needed / 1e9:.0f} GB for its maps; take a batch of {fitting} or less"
        raise BadConfig(told)


def spec(text: str, item: Trainable, *, own: bool) -> Spec:
    """The stack ``text`` as a network. One that is not one's ``own`` ends in as many scores as there are classes."""
    layers = read(text)
    module = _Builder().sequence(layers, (3, SIDE, SIDE))[0]

    def build(classes: int) -> nn.Module:
        last, fitting = layers[-1], read(text, classes) if own else layers
        if not own and isinstance(last, Linear):
            fitting = (*layers[:-1], replace(last, out=classes))
        return start(_Builder().sequence(fitting, (3, SIDE, SIDE))[0])

    return Spec(
        name=item.name,
        title=item.title,
        summary=item.summary,
        reference=item.reference,
        build=build,
        input_size=SIDE,
        mean=MEAN,
        std=STD,
        layers=_worth_seeing(module, text),
    )


@torch.no_grad()
def start(model: nn.Module) -> nn.Module:
    """First weights: normal with variance gain² / fan-in (He et al. 2015), biases zero.

    The gain is that of the function that follows, √2 for ReLU; 1 where none does.
    """
    layers = [module for module in model.modules() if not isinstance(module, (nn.Sequential, Joined, Gate))]
    for k, layer in enumerate(layers):
        if not isinstance(layer, (nn.Conv2d, nn.Linear)):
            continue
        gain = next((_GAINS[type(later)] for later in layers[k:] if type(later) in _GAINS), 1.0)
        nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.weight[0].numel()))
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return model


_FUNCTIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "hardswish": nn.Hardswish,
}
_GAINS: dict[type[nn.Module], float] = {
    **dict.fromkeys((nn.ReLU, nn.ReLU6, nn.SiLU, nn.GELU, nn.Hardswish), math.sqrt(2)),
    nn.Tanh: 5 / 3,
    nn.Sigmoid: 4.0,
}


class _Builder:
    """Builds modules and counts their names as the ledger counts its rows: ``conv1``, ``relu1``, ``conv2``."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def sequence(self, layers: Sequence[Described], shape: Shape) -> tuple[nn.Sequential, Shape]:
        """The module of a path, and the shape that leaves it."""
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        for layer in layers:
            if isinstance(layer, Branches):
                module, after = self._branches(layer, shape)
            else:
                module, after = self._one(layer, shape), layer.output(shape)
            self._counts[layer.stem] += 1
            parts[f"{layer.stem}{self._counts[layer.stem]}"], shape = module, after
        return nn.Sequential(parts), shape

    def _branches(self, layer: Branches, shape: Shape) -> tuple[nn.Module, Shape]:
        paths, ends = zip(*(self.sequence(branch, shape) for branch in layer.branches), strict=True)
        added = layer.join == "add"
        after = ends[0] if added else (sum(end[0] for end in ends), *ends[0][1:])
        return Joined(paths, added=added), after

    def _one(self, layer: Described, shape: Shape) -> nn.Module:
        return _MAKERS[type(layer)](layer, shape)


def _conv(layer: Conv, shape: Shape) -> nn.Module:
    inputs = shape[0]
    return nn.Conv2d(
        inputs,
        layer.out or inputs,
        layer.kernel,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups or inputs,
        bias=layer.bias,
    )


def _pool(layer: Pool, _shape: Shape) -> nn.Module:
    kind: Any = nn.MaxPool2d if layer.mode == "max" else nn.AvgPool2d
    return kind(layer.kernel, layer.stride or layer.kernel, layer.padding, ceil_mode=layer.ceil)  # type: ignore[no-any-return]


def _activation(layer: Activation, _shape: Shape) -> nn.Module:
    return _FUNCTIONS[layer.function]()


def _norm(_layer: BatchNorm, shape: Shape) -> nn.Module:
    return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])


_MAKERS: dict[type[Described], Callable[[Any, Shape], nn.Module]] = {
    Conv: _conv,
    Pool: _pool,
    Activation: _activation,
    BatchNorm: _norm,
    Linear: lambda layer, shape: Full(math.prod(shape), layer.out, bias=layer.bias),
    AdaptivePool: lambda layer, _: (nn.AdaptiveMaxPool2d if layer.mode == "max" else nn.AdaptiveAvgPool2d)(layer.size),
    Flatten: lambda _, __: nn.Flatten(),
    Dropout: lambda layer, _: nn.Dropout(layer.rate),
    LRN: lambda layer, _: nn.LocalResponseNorm(layer.size),
    SqueezeExcite: lambda layer, shape: Gate(shape[0], layer.squeeze),
}


def _worth_seeing(module: nn.Module, text: str) -> tuple[Layer, ...]:
    """The maps after each function and sum on the main path, the last first."""
    names = {row.name: row.output for row in ledger([replace(x, name="") for x in parse(text)], (3, SIDE, SIDE)).rows}
    kinds = (Joined, *(kind for kind in _FUNCTIONS.values() if isinstance(kind, type)))
    maps = [name for name, each in module.named_children() if isinstance(each, kinds) and len(names[name]) == 3]
    titles = {name: f"{name}, {names[name][1]}×{names[name][2]}" for name in maps}
    return tuple(Layer(name, titles[name]) for name in reversed(maps))


def _short(text: str) -> str:
    return text if len(text) <= 140 else text[:139] + "…"
