"""Looking into a network: what a layer answered, how the score depends on it, and what the score would be otherwise.

The only module that registers hooks. Whatever it borrows (evaluation mode, grad mode, random generators, hooks) is
given back, also when the network fails. Hooks sit on the network itself, so callers that share one hold its lock.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

Chooser = Callable[[Tensor], Tensor]
Target = Tensor | Sequence[int] | int | Chooser | None


class LayerError(ValueError):
    """A layer that cannot be looked at. The message says which could."""


@dataclass(frozen=True)
class Seen:
    """What a network showed when it was looked at; every tensor is detached.

    ``activations`` ``(N, C, h, w)`` is what the layer answered, ``gradients`` of the same shape is the derivative of
    each image's target score by it (``None`` when no target was asked for), ``scores`` ``(N, classes)`` are the logits
    and ``targets`` ``(N,)`` the classes looked at. ``forward(changed)`` gives the scores the network would have if the
    layer had answered ``changed``; it can be differentiated when ``changed`` requires grad. ``images`` is what the
    network was given.
    """

    activations: Tensor
    gradients: Tensor | None
    scores: Tensor
    targets: Tensor
    forward: Callable[[Tensor], Tensor] = field(repr=False)
    images: Tensor | None = field(default=None, repr=False)


def best(scores: Tensor) -> Tensor:
    """The class with the highest score, ``(N, classes)`` to ``(N,)``: a target for :func:`look`."""
    return scores.argmax(1)


def look(model: nn.Module, layer: str, images: Tensor, *, target: Target = None) -> Seen:
    """Run ``model`` once on ``images`` ``(N, 3, H, W)`` and report what ``layer`` (its path, ``"layer4.1"``) did.

    ``target`` is one class for all images, one class per image, or a function of the scores ``(N, classes)`` that
    returns one class per image (such as :func:`best`) or, to differentiate something else, one float per image. Without
    a target there is no backward pass and ``targets`` are the best classes.

    The backward pass ends at the layer: nothing below it is differentiated, and no parameter gets a gradient.

    Raises:
        LayerError: no such layer, or it does not run exactly once, or the score cannot be differentiated by it.
        ValueError: a class that the network does not have, or not one class per image.
    """
    return looks(model, (layer,), images, targets=(target,))[0]


def looks(
    model: nn.Module, layers: Sequence[str], images: Tensor, *, targets: Sequence[Target] = (None,)
) -> tuple[Seen, ...]:
    """As :func:`look`, at several layers and for several targets, from one forward and one backward pass per target.

    What was seen at each layer for the first target comes first, then for the second, and so on. Each backward pass
    ends at the layer that runs first. Raises what :func:`look` raises.
    """
    places = {layer: find_layer(model, layer) for layer in layers}
    record = any(target is not None for target in targets)
    kept: dict[str, Tensor] = {}

    def keep(layer: str, answer: Tensor) -> Tensor:
        # below the first layer no graph is built: there the answer is cut off and becomes the graph's leaf
        inside = record and answer.requires_grad
        kept[layer] = answer.clone() if inside else answer.detach().clone().requires_grad_(record)
        return kept[layer].clone()  # a later in-place operation changes this copy and leaves what we keep alone

    with _borrowed(model, images):
        scores = _run(model, places, images, replace=keep, record=record)
        views = [(target, *_slopes(scores, target, kept)) for target in targets]

    def forward(layer: str, changed: Tensor) -> Tensor:
        return _rerun(model, (layer, places[layer]), images, changed=changed)

    return tuple(
        Seen(kept[layer].detach(), slopes.get(layer), scores.detach(), classes, partial(forward, layer), images)
        for _, classes, slopes in views
        for layer in layers
    )


def answers(model: nn.Module, images: Tensor) -> Tensor:
    """The scores ``(N, classes)`` for ``images``, in evaluation mode and without a graph; nothing is left behind."""
    with _borrowed(model, images):
        scores: Tensor = model(images)
        return scores


Note = Callable[[str, nn.Module, Tensor], None]


def tour(
    model: nn.Module, images: Tensor, *, note: Note | None = None, loss: Chooser | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """Run ``model`` once on ``images`` and call ``note(path, module, answer)`` for every layer on the way, in order.

    A block that adds something to what its layers did is a layer too: one whose answer is not that of the last layer
    inside it. ``note`` gets the answer itself, detached, before a later in-place operation changes it: it takes what it
    wants at once, so nothing is copied. Returns the scores ``(N, classes)`` and, if ``loss(scores)`` is given, its
    gradient by each parameter that trains, by name; no parameter's own ``grad`` is touched.
    """
    last: list[object] = [None]

    def hooked(path: str) -> Callable[[nn.Module, tuple[object, ...], object], None]:
        def hook(module: nn.Module, _inputs: tuple[object, ...], answer: object) -> None:
            inner = next(module.children(), None) is not None
            if note is not None and isinstance(answer, Tensor) and not (inner and answer is last[0]):
                note(path, module, answer.detach())
            last[0] = answer

        return hook

    weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
    with _borrowed(model, images):
        handles = [module.register_forward_hook(hooked(path)) for path, module in model.named_modules() if path]
        try:
            with torch.set_grad_enabled(loss is not None and bool(weights)):
                scores = model(images)
                told = loss(scores) if loss is not None else None
        finally:
            for handle in handles:
                handle.remove()
        if told is None or not told.requires_grad:
            return scores.detach(), {}
        found: Sequence[Tensor | None] = torch.autograd.grad(told, list(weights.values()), allow_unused=True)
    return scores.detach(), {n: g.detach() for n, g in zip(weights, found, strict=True) if g is not None}


class _Reached(Exception):
    """The pass may end here."""


def reach(model: nn.Module, layer: str, images: Tensor) -> tuple[Tensor, Tensor]:
    """What ``layer`` gets and what it answers for ``images``: see :func:`reach_all`."""
    return reach_all(model, (layer,), images)[layer]


def reach_all(model: nn.Module, layers: Sequence[str], images: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """What each of ``layers`` (``""``: the network) gets and answers; the pass ends at the deepest, the rest is free.

    Both carry a graph if ``images`` require grad and grad mode is on. Of a layer that runs twice the first run counts.

    Raises:
        LayerError: no such layer, the picture doesn't pass it, or it takes or answers something else than one tensor.
    """
    modules = {layer: find_layer(model, layer) if layer else model for layer in layers}
    wanted = images.requires_grad and torch.is_grad_enabled()
    kept: dict[str, tuple[Tensor, Tensor]] = {}

    def hook(layer: str, _module: nn.Module, inputs: tuple[object, ...], answer: object) -> Tensor:
        if not (inputs and isinstance(inputs[0], Tensor) and isinstance(answer, Tensor)):
            raise LayerError(f"layer {layer!r} does not take and answer one tensor; choose a layer inside it")
        kept.setdefault(layer, (inputs[0], answer))
        if len(kept) == len(modules):
            raise _Reached
        return answer.clone()  # a later in-place operation changes this copy and leaves what we keep alone

    with _borrowed(model, images), contextlib.ExitStack() as hooks:
        for layer, module in modules.items():
            hooks.callback(module.register_forward_hook(partial(hook, layer)).remove)
        with contextlib.suppress(_Reached), torch.set_grad_enabled(wanted):
            model(images)
    for layer in modules.keys() - kept.keys():
        raise LayerError(f"layer {layer!r} does not run in evaluation; choose one that the picture passes through")
    return kept


def find_layer(model: nn.Module, layer: str) -> nn.Module:
    """The module at path ``layer``; :class:`LayerError` names the nearest paths when there is none."""
    with contextlib.suppress(AttributeError):
        if layer:
            return model.get_submodule(layer)
    near = difflib.get_close_matches(layer, [name for name, _ in model.named_modules() if name], n=3, cutoff=0.4)
    names = near or [name for name, _ in model.named_children()][-3:]
    raise LayerError(f"the network has no layer {layer[:30]!r}; try {' or '.join(map(repr, names))}")


def _run(
    model: nn.Module,
    places: Mapping[str, nn.Module],
    images: Tensor,
    *,
    replace: Callable[[str, Tensor], Tensor],
    record: bool,
) -> Tensor:
    """One forward pass in which ``replace`` changes the layers' answers; ``record`` builds a graph from there on."""
    called: set[str] = set()

    def hook(layer: str, _module: nn.Module, _inputs: tuple[object, ...], answer: object) -> Tensor:
        if layer in called:
            raise LayerError(f"layer {layer!r} runs more than once in a pass; choose the block around it")
        called.add(layer)
        if not isinstance(answer, Tensor):
            kind = type(answer).__name__
            raise LayerError(f"layer {layer!r} answers with a {kind}, not one tensor; choose a layer inside it")
        torch.set_grad_enabled(record)  # off until here, so that no graph is built below the layer
        return replace(layer, answer)

    handles = [module.register_forward_hook(partial(hook, layer)) for layer, module in places.items()]
    try:
        scores = model(images)
    finally:
        for handle in handles:
            handle.remove()
    for layer in places:
        if layer not in called:
            raise LayerError(f"layer {layer!r} does not run in evaluation; choose one that the picture passes through")
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        raise TypeError("the network must answer with one tensor of scores, (N, classes)")
    return scores


def _rerun(model: nn.Module, place: tuple[str, nn.Module], images: Tensor, *, changed: Tensor) -> Tensor:
    """Scores with ``changed`` ``(M, C, h, w)`` for the layer's answer; ``M`` other than ``N`` needs ``N = 1``."""
    if len(images) not in (1, len(changed)):
        given = f"{len(changed)} activations for {len(images)} images"
        raise ValueError(f"{given}; give one for each, or look at a single image")
    wanted = changed.requires_grad and torch.is_grad_enabled()

    def attempt(pictures: Tensor) -> Tensor:
        with _borrowed(model, images):
            return _run(model, dict([place]), pictures, replace=lambda *_: changed.clone(), record=wanted)

    try:
        scores = attempt(images)
    except RuntimeError:
        if len(images) == len(changed):
            raise
        # a shortcut is added by broadcasting one image to all, so only a concatenation gets here: repeat the image
        scores = attempt(images.expand(len(changed), *images.shape[1:]))
    return scores


@contextmanager
def _borrowed(model: nn.Module, images: Tensor) -> Iterator[None]:
    """Evaluation mode, no grad mode, random generators forked; all as before on the way out."""
    training = [module for module in model.modules() if module.training]
    devices = [images.device] if images.is_cuda else []
    with torch.inference_mode(mode=False), torch.no_grad(), torch.random.fork_rng(devices):
        try:
            for module in training:
                module.training = False
            yield
        finally:
            for module in training:
                module.training = True


def _aim(scores: Tensor, target: Tensor | Sequence[int] | int | Chooser) -> tuple[Tensor, Tensor]:
    """The classes ``(N,)`` looked at and the numbers ``(N,)`` to differentiate."""
    count, classes = scores.shape
    chosen = target(scores) if callable(target) else torch.as_tensor(target, device=scores.device)
    if chosen.ndim == 0 and not callable(target):
        chosen = chosen.expand(count)
    if chosen.shape != (count,):
        raise ValueError(f"target has the shape {tuple(chosen.shape)}; give one class for each of the {count} images")
    if chosen.is_floating_point():
        if not callable(target):
            raise ValueError("a target is a class, a whole number; for a mixture give a function of the scores")
        return best(scores.detach()), chosen
    if not bool(((chosen >= 0) & (chosen < classes)).all()):
        raise ValueError(f"the network has {classes} classes, 0 to {classes - 1}; {chosen.tolist()} leaves that range")
    chosen = chosen.long()
    return chosen, scores.gather(1, chosen[:, None])[:, 0]


def _slopes(scores: Tensor, target: Target, kept: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """The classes looked at, and the derivative of each image's number by its own activations, by layer.

    Images of a batch do not meet in evaluation mode, so one backward pass serves them all.
    """
    if target is None:
        return best(scores.detach()), {}
    classes, aims = _aim(scores, target)
    found: Sequence[Tensor | None] = [None] * len(kept)
    if aims.requires_grad:
        found = torch.autograd.grad(aims.sum(), list(kept.values()), allow_unused=True, retain_graph=True)
    slopes = {layer: slope.detach() for layer, slope in zip(kept, found, strict=True) if slope is not None}
    if missing := [layer for layer in kept if layer not in slopes]:
        raise LayerError(
            f"the score cannot be differentiated by layer {missing[0]!r}; choose one between picture and scores"
        )
    return classes, slopes
