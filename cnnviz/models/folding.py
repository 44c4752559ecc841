"""A network for looking: every batch norm folded into the convolution before it, the same answers in less time.

In evaluation mode a batch norm multiplies each channel by a number and adds another; the convolution before it can do
both. Which batch norm takes a convolution's answer, and whether anybody else takes it too, is found by running the
network once, not by the names of its layers.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize
from torch.overrides import TorchFunctionMode

from cnnviz.models.packed import PackedConv2d
from cnnviz.probe import answers, tour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

AGREE = 1e-4
"""The largest difference between two scores, and between two layers' answers, as a part of the largest of them."""

SAMPLES = 4096
"""Numbers of a layer's answer that are compared: all of it, for many layers of a large network, would not fit."""

CONVOLUTIONS = {torch.conv2d, F.conv2d}
METADATA = {Tensor.dim, Tensor.size, *(getattr(Tensor, name).__get__ for name in ("shape", "ndim", "dtype", "device"))}


class Folded(NamedTuple):
    """``model`` scores as the network that it was made of; ``same`` are the layers that answer as they do there."""

    model: nn.Module
    same: frozenset[str]


@torch.inference_mode(mode=False)
@torch.no_grad()
def fold(model: nn.Module, images: Tensor) -> Folded:
    """A copy of ``model`` for evaluation, its batch norms folded into convolutions where nothing else is in between.

    The module paths stay: a batch norm that was folded is an ``nn.Identity``. Weights that do not change are shared
    with ``model``, in memory. Scores agree to 1e-4 of the largest, tried on ``images`` ``(N, 3, H, W)``; where they do
    not, or the network cannot be copied, ``model`` itself comes back. Weights that are changed later are not followed.
    """
    everything = frozenset(path for path, _ in model.named_modules() if path)
    try:
        pairs, lean = _pairs(model, images), _copied(model)
    except (RuntimeError, TypeError, ValueError, AttributeError, NotImplementedError):
        return Folded(model, everything)
    for convolution, norm in pairs:
        _merge(lean.get_submodule(convolution), lean.get_submodule(norm))
        _put(lean, norm, nn.Identity().eval())
    for path, convolution in _owners(lean, nn.Conv2d):
        _put(lean, path, PackedConv2d.of(convolution))
    lean = lean.to(memory_format=torch.channels_last)
    if not _close(answers(model, images), answers(lean, images)):
        return Folded(model, everything)
    merged = {path for pair in pairs for path in pair}
    return Folded(lean, frozenset(_same(model, lean, images) - merged))


@torch.inference_mode(mode=False)
def halved(model: nn.Module) -> nn.Module:
    """A copy in bfloat16: what it answers has 8 bits, so two or three digits."""
    return copy.deepcopy(model).to(torch.bfloat16)


def stamp(model: nn.Module) -> int:
    """A number that changes when a tensor of ``model`` is written to or exchanged: about 20 µs for a hundred layers."""
    return hash(tuple((id(each), 0 if each.is_inference() else each._version) for each in _tensors(model)))  # noqa: SLF001


def _tensors(model: nn.Module) -> Iterable[Tensor]:
    for module in model.modules():
        yield from (p for p in module._parameters.values() if p is not None)  # noqa: SLF001 (ten times as fast)
        yield from (b for b in module._buffers.values() if b is not None)  # noqa: SLF001


class _Watch(TorchFunctionMode):
    """Who made and who takes the answer of each convolution, among all functions of torch that are called."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, list[Tensor]] = {}  # answers by the weight of the convolution
        self.taken: dict[int, list[int]] = {}  # by the answer: the running mean of the norm that takes it, or 0
        self.normed: dict[int, int] = {}  # how often each norm runs

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        takes = 0
        if func is F.batch_norm:
            takes = id(given.get("running_mean", args[1] if len(args) > 1 else None))
            self.normed[takes] = self.normed.get(takes, 0) + 1
        if func not in METADATA:
            for each in _flat([*args, *given.values()]):
                if id(each) in self.taken:
                    self.taken[id(each)].append(takes)
        answer = func(*args, **given)
        if func in CONVOLUTIONS and isinstance(answer, Tensor):
            weight = given.get("weight", args[1] if len(args) > 1 else None)
            self.made.setdefault(id(weight), []).append(answer)  # kept alive, so that no other gets its id
            self.taken[id(answer)] = []
        return answer


def _flat(values: Iterable[Any]) -> Iterable[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _flat(value)
        elif isinstance(value, dict):
            yield from _flat(value.values())


def _pairs(model: nn.Module, images: Tensor) -> list[tuple[str, str]]:
    """Paths of each convolution and the batch norm that takes its answer, and which nobody else takes."""
    with _Watch() as watch:
        answers(model, images)
    norms = {id(m.running_mean): path for path, m in _owners(model, nn.BatchNorm2d) if m.running_mean is not None}
    found = []
    for path, convolution in _owners(model, nn.Conv2d):
        made = watch.made.get(id(convolution.weight), [])
        takers = watch.taken[id(made[0])] if len(made) == 1 else []
        if len(takers) == 1 and takers[0] in norms and watch.normed[takers[0]] == 1:
            found.append((path, norms[takers[0]]))
    return found


def _owners(model: nn.Module, kind: type[Any]) -> list[tuple[str, Any]]:
    """Modules of exactly this way of answering, whose weight belongs to nobody else."""
    owners: dict[int, int] = {}
    for module in model.modules():
        for each in module._parameters.values():  # noqa: SLF001
            owners[id(each)] = owners.get(id(each), 0) + 1
    return [
        (path, module)
        for path, module in model.named_modules()
        if isinstance(module, kind)
        and type(module).forward is kind.forward
        and not parametrize.is_parametrized(module)
        and (module.weight is None or owners[id(module.weight)] == 1)
    ]


def _copied(model: nn.Module) -> nn.Module:
    """The same modules with the same tensors: only the tree is new, and nobody listens to it."""
    shared = {id(each): each for each in _tensors(model)}
    lean = copy.deepcopy(model, dict(shared))
    for module in lean.modules():
        for hooks in (module._forward_hooks, module._forward_pre_hooks):  # noqa: SLF001
            hooks.clear()
    return lean.eval()


def _put(model: nn.Module, path: str, module: nn.Module) -> None:
    parent, _, name = path.rpartition(".")
    setattr(model.get_submodule(parent), name, module)


def _merge(convolution: Any, norm: Any) -> None:
    """``w γ / sqrt(σ² + ε)`` and ``(b - μ) γ / sqrt(σ² + ε) + β``, in float64 and back."""
    weight = convolution.weight.detach()
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.detach().double()
    bias = -norm.running_mean.double() * scale
    if convolution.bias is not None:
        bias = bias + convolution.bias.detach().double() * scale
    if norm.bias is not None:
        bias = bias + norm.bias.detach().double()
    scaled = weight.double() * scale[:, None, None, None]
    convolution.weight = nn.Parameter(scaled.to(weight.dtype), requires_grad=False)
    convolution.bias = nn.Parameter(bias.to(weight.dtype), requires_grad=False)


def _same(model: nn.Module, lean: nn.Module, images: Tensor) -> set[str]:
    """Paths of the layers that answer alike. A block that passes on its last layer's answer is as that layer is."""
    answered: list[dict[str, Tensor]] = []
    for each in (model, lean):
        found: dict[str, Tensor] = {}
        tour(each, images, note=lambda path, _, answer, found=found: found.update({path: _some(answer)}))  # type: ignore[misc]
        answered.append(found)
    plain, other = answered
    alike = {path for path in plain if path in other and _close(plain[path], other[path])}
    for block in (path for path, _ in model.named_modules() if path and path not in plain):
        inside = [path for path in plain if path.startswith(f"{block}.")]
        if inside and inside[-1] in alike:
            alike.add(block)
    return alike


def _some(answer: Tensor) -> Tensor:
    """A sample of an answer, spread over all of it."""
    flat = answer.flatten()
    return flat[:: max(1, flat.numel() // SAMPLES)].clone()


def _close(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and float((one - other).abs().max()) <= AGREE * float(one.abs().max())
