"""From a picture to its class activation map, with the numbers of the formula behind it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.cam.head import gap_linear_head
from cnnviz.cam.registry import METHODS, Context, Method, MethodError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.models import Box, Network
    from cnnviz.probe import Seen


@dataclass(frozen=True)
class Guess:
    """One class and how probable the network finds it."""

    index: int
    name: str
    probability: float


@dataclass(frozen=True)
class Channel:
    """One term of the sum: ``contribution = weight * activation``, the mean of what the channel adds to the map."""

    index: int
    weight: float
    activation: float
    contribution: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a network gave a class its score, as far as one layer tells.

    ``map`` float32 ``(h, w)`` is signed and covers ``box``, the part of the picture that the network saw. ``weights``
    ``(C,)`` are those of the formula (``None`` for HiRes-CAM, which has no single one per channel), ``activations``
    ``(C,)`` the mean of each channel. ``bias`` is the class's in the linear layer if the layer is the last map of a
    network with global average pooling, else ``None``. There ``total + bias == logit`` for CAM, and
    ``h * w * total + bias == logit`` for the other methods.
    """

    network: str
    method: str
    layer: str
    target: Guess
    map: NDArray[np.float32] = field(repr=False)
    weights: NDArray[np.float64] | None = field(repr=False)
    activations: NDArray[np.float64] = field(repr=False)
    probabilities: NDArray[np.float32] = field(repr=False)
    logit: float
    bias: float | None
    box: Box
    seconds: float

    @property
    def total(self) -> float:
        """Mean of the map, which is the sum of all channels' contributions."""
        return float(self.map.mean(dtype=np.float64))

    def channels(self, k: int = 5) -> tuple[Channel, ...]:
        """The ``k`` channels that contribute most, whichever way; none for a method without weights."""
        if self.weights is None:
            return ()
        contributions = self.weights * self.activations
        order = np.argsort(-np.abs(contributions), kind="stable")[:k]
        rows = zip(order, self.weights[order], self.activations[order], contributions[order], strict=True)
        return tuple(Channel(int(i), float(w), float(a), float(c)) for i, w, a, c in rows)


def explain(
    network: Network,
    image: NDArray[np.uint8],
    *,
    method: str = "cam",
    target: str | int | None = None,
    layer: str | None = None,
) -> Explanation:
    """Class activation map of one picture, uint8 ``(H, W, 3)``.

    ``target`` is a class by name or index, by default the most probable one; ``layer`` a path, by default the first of
    ``network.layers``. One forward pass, and a backward pass down to the layer for methods that need one.

    Raises:
        MethodError: the method does not work at this layer, or the layer has no map.
        LayerError, UnknownItem, ValueError: no such layer, method or class.
    """
    start = time.perf_counter()
    chosen = METHODS[method]
    context = Context(network.model, layer or network.layers[0].path)
    index = None if target is None else network.index(target)
    pixels = network.prepare(image)
    with network.lock:
        _check(network, chosen, context.layer)
        seen = _look(pixels, chosen, context, index=index)
        answer = chosen(seen, context)[0]
        weights = None if chosen.weights is None else _numbers(chosen.weights(seen, context)[0])
        head = gap_linear_head(context.model, context.layer)
    goal = int(seen.targets[0])
    probabilities = _numbers(seen.scores[0].double().softmax(0)).astype(np.float32)
    return Explanation(
        network=network.name,
        method=method,
        layer=context.layer,
        target=Guess(goal, network.classes[goal], float(probabilities[goal])),
        map=_numbers(answer).astype(np.float32),
        weights=weights,
        activations=_numbers(seen.activations[0].double().mean((1, 2))),
        probabilities=probabilities,
        logit=float(_numbers(seen.scores[0, goal])),
        bias=None if head is None else float(_numbers(head.bias[goal])),
        box=network.frame(image.shape[:2]),
        seconds=time.perf_counter() - start,
    )


def top(network: Network, probabilities: NDArray[np.float32], k: int = 5) -> tuple[Guess, ...]:
    """The ``k`` most probable classes of ``probabilities`` ``(classes,)``, most probable first."""
    shares = np.nan_to_num(probabilities)
    order = np.argsort(-shares, kind="stable")[:k]
    return tuple(Guess(int(i), network.classes[i], float(shares[i])) for i in order)


def refusals(network: Network, layer: str | None = None) -> dict[str, str]:
    """For every method by name, why it does not work at ``layer`` (by default the first), ``""`` if it does."""
    place = layer or network.layers[0].path
    with network.lock:
        return {name: method.refuse(network.model, place) for name, method in METHODS.items()}


def default_method(network: Network, layer: str | None = None) -> str:
    """The first method that works at ``layer``: CAM on the last map before global average pooling, else Grad-CAM."""
    return next(name for name, reason in refusals(network, layer).items() if not reason)


def _check(network: Network, method: Method, layer: str) -> None:
    from cnnviz.probe import find_layer

    find_layer(network.model, layer)
    if not (reason := method.refuse(network.model, layer)):
        return
    better = next((other.path for other in network.layers if method.works_with(network.model, other.path)), None)
    fix = "choose the method 'grad-cam'" if better is None else f"choose the layer {better!r} or the method 'grad-cam'"
    raise MethodError(f"{reason}; {fix}")


def _look(pixels: Tensor, method: Method, context: Context, *, index: int | None) -> Seen:
    from cnnviz.probe import best, look

    aim = best if index is None else index
    seen = look(context.model, context.layer, pixels, target=aim if method.needs_gradients else None)
    if seen.activations.ndim != 4:
        raise MethodError(f"layer {context.layer!r} answers with a list, not a map; choose one before the pooling")
    return seen if index is None else replace(seen, targets=seen.targets.new_tensor([index]))


def _numbers(values: Tensor) -> NDArray[np.float64]:
    """To float64 on the CPU, finite: a diverged network must not put NaN into a formula or a file."""
    finite: NDArray[np.float64] = values.detach().double().nan_to_num(posinf=1e30, neginf=-1e30).cpu().numpy()
    return finite
