"""From a view to the map of an attribution, on a private copy of the network."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, BadAttribution, Method, Part

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.models import Network

Map = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Attribution:
    """How a class's score depends on the pixels, as far as it is known at ``progress`` (1 is the end).

    ``map`` float32 ``(h, w)`` covers the view: signed where the method's colours add up, else how large the largest of
    the three is. ``total`` is the sum of all attributions; for a complete method it should be ``logit - baseline``, the
    score less that of the baseline picture, which is the mean colour of the data set (0 after normalization).
    """

    method: str
    title: str
    progress: float
    target: int
    map: Map = field(repr=False)
    total: float
    logit: float
    baseline: float
    seconds: float

    @property
    def missing(self) -> float:
        """What completeness lacks: ``logit - baseline - total``."""
        return self.logit - self.baseline - self.total


def attribute(
    network: Network, view: NDArray[np.uint8], *, method: str = "saliency", target: int = -1, seed: int = 0
) -> Iterator[Attribution]:
    """Attribute the logit of class ``target`` (−1: the most probable) to the pixels of ``view`` uint8 ``(h, w, 3)``.

    The first map comes soon and is coarse; each event has the best so far. captum runs on a private copy; the network's
    lock is held while it is copied, and the random state of the process is as before at every event.

    Raises:
        UnknownItem: no such method.
        BadAttribution: the network does not allow it.
    """
    import torch

    began = time.perf_counter()
    chosen = ATTRIBUTIONS[method]
    with torch.inference_mode(mode=False):  # what is made in inference mode can never be differentiated
        inputs = network.inputs(view)
        model = _copied(network, chosen, inputs)
    target, logit, empty, asked = _asked(network, model, inputs, target=target, seed=seed)
    best: Tensor | None = None
    for part in _computed(chosen, model, asked):
        best = part.values if part.values is not None else best
        if best is None:
            continue
        found = best.detach()[0]
        yield Attribution(
            chosen.name,
            chosen.title,
            part.progress,
            target,
            _flat(found, signed=chosen.signed),
            float(found.double().sum().nan_to_num()),
            logit,
            empty,
            time.perf_counter() - began,
        )


def _copied(network: Network, method: Method, inputs: Tensor) -> nn.Module:
    """A copy that captum may put its hooks on; with activations as modules where the method needs them."""
    import copy

    from cnnviz.attribution.modules import with_modules

    with network.lock:
        if reason := method.refuse(network.model):
            raise BadAttribution(reason)
        model = copy.deepcopy(network.model)
    return with_modules(model, inputs) if method.rewritten else model


def _asked(
    network: Network, model: nn.Module, inputs: Tensor, *, target: int, seed: int
) -> tuple[int, float, float, Asked]:
    """The class, its logit, that of the baseline, and the question put to captum."""
    import torch

    with torch.inference_mode(mode=False):
        baseline = torch.zeros_like(inputs)
    with torch.no_grad():
        scores = model(torch.cat([inputs, baseline])).double().nan_to_num()
    goal = network.index(target) if target >= 0 else int(scores[0].argmax())
    return goal, float(scores[0, goal]), float(scores[1, goal]), Asked(inputs, goal, baseline, seed)


def _computed(method: Method, model: nn.Module, asked: Asked) -> Iterator[Part]:
    """The parts, each computed with gradients on and random generators forked; nothing is held across an event."""
    import torch

    parts = method.parts(model, asked)
    while True:
        with (
            torch.inference_mode(mode=False),
            torch.enable_grad(),
            torch.random.fork_rng([]),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # captum announces its hooks and gradients: they are on a private copy
            part = next(parts, None)
        if part is None:
            return
        yield part


def _flat(values: Tensor, *, signed: bool) -> Map:
    """``(3, h, w)`` to ``(h, w)``: the sum of the colours, or the largest magnitude."""
    flat = values.sum(0) if signed else values.abs().amax(0)
    found: Map = flat.float().nan_to_num().cpu().numpy()
    return found
