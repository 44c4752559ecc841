"""One map of a view by any method there is: class activation or attribution."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network
    from cnnviz.trust.order import Map


@dataclass(frozen=True)
class Question:
    """Which map: ``method`` names a CAM method or an attribution, ``layer`` "" means the first, ``target`` −1 the best.

    Attributions have no layer; ``seed`` is for those that draw.
    """

    method: str = "cam"
    layer: str = ""
    target: int = -1
    seed: int = 0


def settled(network: Network, view: NDArray[np.uint8], question: Question) -> Question:
    """The same question with its layer and its class, by one forward pass if the class is not given.

    Raises UnknownClass for a class that the network does not have.
    """
    import torch

    target = question.target
    if target < 0:
        with network.lock, torch.inference_mode():
            target = int(network.model(network.inputs(view)).argmax(1))
    layer = question.layer or network.layers[0].path
    return Question(question.method, layer, network.index(target), question.seed)


def map_of(network: Network, view: NDArray[np.uint8], question: Question) -> Map:
    """The signed map ``(h, w)`` that answers ``question``; MethodError or BadAttribution if there is none."""
    making = mapping(network, view, question)
    while True:
        try:
            next(making)
        except StopIteration as done:
            found: Map = done.value
            return found


def mapping(network: Network, view: NDArray[np.uint8], question: Question) -> Generator[None, None, Map]:
    """The same, as a generator: it pauses where it can be stopped, and returns the map."""
    from cnnviz.attribution import ATTRIBUTIONS, attribute

    if question.method in ATTRIBUTIONS:
        found = np.zeros(view.shape[:2], np.float32)
        for part in attribute(network, view, method=question.method, target=question.target, seed=question.seed):
            found = part.map
            yield
        return found
    found = yield from _class_activation(network, view, question)
    return found


def _class_activation(network: Network, view: NDArray[np.uint8], question: Question) -> Generator[None, None, Map]:
    from cnnviz.cam import METHODS, Context, MethodError
    from cnnviz.cam.registry import weighted_sum
    from cnnviz.probe import look

    method = METHODS[question.method]
    context = Context(network.model, question.layer)
    inputs = network.inputs(view)
    with network.lock:
        if reason := method.refuse(network.model, question.layer):
            raise MethodError(reason)
        seen = look(network.model, question.layer, inputs, target=question.target)
        if method.steps is None or not method.slow(network.model, question.layer):
            return _array(method(seen, context)[0])
        passes = method.steps(seen, context)
        weights = seen.activations.new_zeros(seen.activations.shape[:2])
    while True:
        with network.lock:
            step = next(passes, None)
        if step is None:
            return _array(weighted_sum(weights, seen.activations)[0])
        weights = step.weights
        yield


def _array(values: Tensor) -> Map:
    found: Map = values.detach().float().nan_to_num().cpu().numpy()
    return found
