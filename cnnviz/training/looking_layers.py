"""Every layer in numbers: what it answered, its weights, their gradients and their last step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.training.events import Histogram, LayerLook, Packed, pack

MOST = 40  # layers told
SAMPLE = 4_096  # numbers behind a histogram
BINS = 20
MAP_BYTES = 30_720  # of all maps and, at LAYER_BYTES each, what else is told, before base64
LAYER_BYTES = 280
CHANNELS, SIDE = 16, 32
DEEP, FEW = 20, 5  # a network of more layers than this tells so many channels of each
SILENT = (nn.Identity, nn.Flatten, nn.Unflatten, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm)
POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
EMPTY = Histogram(0.0, 0.0, ())


@dataclass(frozen=True)
class Answer:
    """What is kept of a layer's answer: its numbers over the probe, and the answer to the first image."""

    path: str
    module: nn.Module
    shape: tuple[int, ...]
    mean: float
    std: float
    zeros: float
    outputs: Histogram
    first: Tensor


class Layers:
    """Takes notes while a network runs, and tells them; ``before`` are the weights one step ago."""

    def __init__(self, model: nn.Module, before: Mapping[str, Tensor] | None) -> None:
        self._model, self._before = model, before or {}
        self._answers: list[Answer] = []
        self._calls: dict[str, int] = {}
        self._gradients: Mapping[str, Tensor] = {}
        self._shown = 0

    def take(self, shown: int) -> None:
        """Say how many images come before the probe: the first is the one whose maps are told."""
        self._shown = shown

    def receive(self, gradients: Mapping[str, Tensor]) -> None:
        """Take the gradients of the parameters, by name."""
        self._gradients = gradients

    def note(self, path: str, module: nn.Module, answer: Tensor) -> None:
        """Summarize one layer's ``answer``; a layer that runs again is told again, as ``relu:2``."""
        if isinstance(module, SILENT) or answer.ndim not in (2, 4):
            return
        calls = self._calls[path] = self._calls.get(path, 0) + 1
        name = path if calls == 1 else f"{path}:{calls}"
        values = answer[self._shown :].float()
        flat = _flat(values)
        count = max(1, flat.numel())
        mean = float(flat.sum()) / count
        square = float(torch.dot(flat, flat)) / count
        zeros = 1 - int(torch.count_nonzero(flat)) / count
        std = math.sqrt(abs(square - mean * mean))  # rounding may bring it below zero
        shape = tuple(int(n) for n in answer.shape[1:])
        self._answers.append(Answer(name, module, shape, mean, std, zeros, histogram(flat), _first(answer)))

    def told(self) -> tuple[LayerLook, ...]:
        """The layers in the order in which they ran; at most 40."""
        kept = fewer(self._answers)
        sizes = _sizes([answer.shape for answer in kept])
        return tuple(self._told(answer, size) for answer, size in zip(kept, sizes, strict=True))

    def _told(self, answer: Answer, size: tuple[int, ...]) -> LayerLook:
        maps, low, high = _maps(answer.first, size)
        name, own = _weight(answer.module)
        full = f"{answer.path.partition(':')[0]}.{name}"
        gradient = self._gradients.get(full)
        return LayerLook(
            path=answer.path,
            kind=type(answer.module).__name__,
            shape=answer.shape,
            parameters=sum(p.numel() for p in answer.module.parameters(recurse=False)),
            weight_norm=_norm(own),
            gradient_norm=_norm(gradient),
            update_ratio=_ratio(own, self._before.get(full)),
            mean=_short(answer.mean),
            std=_short(answer.std),
            zeros=_short(answer.zeros),
            low=low,
            high=high,
            maps=maps,
            outputs=answer.outputs,
            weights=EMPTY if own is None else histogram(own.flatten()),
            gradients=EMPTY if gradient is None else histogram(gradient.flatten()),
        )


def fewer(answers: list[Answer]) -> list[Answer]:
    """At most 40 layers: without norms, then activations, then pooling if there are more, then the first and last."""
    for drop in (lambda m: isinstance(m, NORMS), _is_plain, lambda m: isinstance(m, POOLS)):
        if len(answers) > MOST:
            answers = [answer for answer in answers if not drop(answer.module)] or answers
    return answers if len(answers) <= MOST else [*answers[: MOST - 1], answers[-1]]


def histogram(values: Tensor) -> Histogram:
    """Counts in 20 equal bins of about 4,096 of ``values`` ``(n,)``, evenly spaced; only the finite ones count."""
    step = max(1, values.numel() // SAMPLE)
    while math.gcd(step, 210) > 1 and step > 1:  # no column of a map and no channel may be met again and again
        step += 1
    some = values[::step].float().cpu().numpy()
    some = some[np.isfinite(some)]
    if not len(some):
        return EMPTY
    low, high = float(some.min()), float(some.max())
    if not low < high or not math.isfinite(high - low):
        return Histogram(_short(low), _short(high), (len(some),))
    # 8 times as fast as np.histogram, which also sorts out edges that are not equal
    places = np.minimum(((some.astype(np.float64) - low) * (BINS / (high - low))).astype(np.int64), BINS - 1)
    return Histogram(_short(low), _short(high), tuple(np.bincount(places, minlength=BINS).tolist()))


def _first(answer: Tensor) -> Tensor:
    """The answer to the first image, as a copy: what comes next may work in place."""
    return answer[:1, :CHANNELS].to("cpu", torch.float32, copy=True)


def _flat(values: Tensor) -> Tensor:
    """All numbers in a row, in the order of memory where that saves a copy."""
    if values.ndim == 4 and values.is_contiguous(memory_format=torch.channels_last):
        return values.permute(0, 2, 3, 1).reshape(-1)
    return values.reshape(-1)


def _is_plain(module: nn.Module) -> bool:
    """Whether it is an activation: no weights, no parts, no pooling."""
    return not isinstance(module, POOLS) and next(module.parameters(), None) is None


def _weight(module: nn.Module) -> tuple[str, Tensor | None]:
    """The layer's own weights: those called so, or the first that there are."""
    own: Iterator[tuple[str, Tensor]] = iter(module.named_parameters(recurse=False))
    name, values = next(own, ("", None))
    return (name, None) if values is None else (name, values.detach())


def _norm(values: Tensor | None) -> float:
    return 0.0 if values is None else _short(float(torch.linalg.vector_norm(values.float())))


def _ratio(now: Tensor | None, before: Tensor | None) -> float:
    """Length of the step from ``before`` to ``now`` over that of ``before``; 0 where it can't be told."""
    if now is None or before is None or before.shape != now.shape:
        return 0.0
    length = _norm(before)
    return _short(_norm(now - before.to(now.device)) / length) if length else 0.0


def _sizes(shapes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """How many maps of which height and width are told of each layer, within the bytes that all may have."""
    most, share = (FEW if len(shapes) > DEEP else CHANNELS), CHANNELS * SIDE * SIDE
    while True:
        found = [_size(shape, share, most=most) for shape in shapes]
        if share <= 64 or sum(int(np.prod(size)) for size in found) <= MAP_BYTES - LAYER_BYTES * len(shapes):
            return found
        share = share * 7 // 8


def _size(shape: tuple[int, ...], share: int, *, most: int) -> tuple[int, ...]:
    """Maps within ``share`` bytes, at most ``most``: at least three, so they shrink before they go."""
    if len(shape) != 3 or shape[1] * shape[2] == 1:
        return (0,)
    channels, height, width = shape
    shrunk = min(1.0, SIDE / max(height, width))
    while min(3, channels) * height * width * shrunk**2 > share:
        shrunk /= 2
    height, width = max(1, int(height * shrunk)), max(1, int(width * shrunk))
    return min(channels, most, max(1, share // (height * width))), height, width


def _maps(first: Tensor, size: tuple[int, ...]) -> tuple[Packed, float, float]:
    """Uint8 maps of one image, with the range they are scaled from; what is not finite is the lowest."""
    if size == (0,) or not len(first):
        return pack(np.zeros(0), "u1"), 0.0, 0.0
    maps = first[0, : size[0]]
    if maps.shape[1:] != size[1:]:
        maps = F.adaptive_avg_pool2d(maps[None], (size[1], size[2]))[0]
    finite = maps[maps.isfinite()]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    # in float64 no difference of two float32 numbers is infinite
    unit = (torch.nan_to_num(maps.double(), low, high, low) - low) / ((high - low) or 1.0)
    return pack((255 * unit).round().clamp(0, 255).numpy(), "u1"), _short(low), _short(high)


def _short(value: float) -> float:
    """Four significant digits: a layer tells a dozen numbers, and all are read by eye."""
    return float(f"{value:.4g}")
