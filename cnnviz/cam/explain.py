"""From a picture to its class activation maps: one map, or many from one pass, with the numbers of their formulas."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.cam.explanation import Explanation, Guess
from cnnviz.cam.looking import look_at
from cnnviz.cam.registry import METHODS, Context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.models import Network

Goal = str | int | None


def explain(
    network: Network,
    image: NDArray[np.uint8],
    *,
    method: str = "cam",
    target: Goal = None,
    layer: str | None = None,
) -> Explanation:
    """Class activation map of one picture, uint8 ``(H, W, 3)``.

    ``target`` is a class by name or index, by default the most probable one; ``layer`` a path, by default the first of
    ``network.layers``. One forward pass on ``network.lean``, whose scores agree with the model's to 1e-4 of the
    largest, and a backward pass down to the layer for methods that need one: none right before global average pooling
    and a linear layer, where the gradients are known. A method that is slow there takes one more pass per channel.

    Raises:
        MethodError: the method does not work at this layer, or the layer has no map.
        LayerError, UnknownItem, ValueError: no such layer, method or class.
    """
    return survey(network, image, methods=(method,), targets=(target,), layers=one(network, layer))[0]


def all_maps(
    network: Network,
    image: NDArray[np.uint8],
    *,
    methods: Sequence[str] | None = None,
    target: Goal = None,
    layer: str | None = None,
) -> tuple[Explanation, ...]:
    """Several methods at one layer from one forward and at most one backward pass.

    By default those of :func:`quick`, in the order of the menu. Otherwise as :func:`explain`.
    """
    places = one(network, layer)
    return survey(
        network,
        image,
        methods=quick(network, places[0]) if methods is None else methods,
        targets=(target,),
        layers=places,
    )


def sweep(
    network: Network, image: NDArray[np.uint8], *, method: str = "grad-cam", target: Goal = None
) -> tuple[Explanation, ...]:
    """One method at every layer of ``network.layers`` where it works, from one forward and one backward pass.

    Raises what :func:`explain` raises, and :class:`MethodError` if the method works at none of them.
    """
    with network.lock:
        working = [layer.path for layer in network.layers if METHODS[method].works_with(network.model, layer.path)]
    return survey(network, image, methods=(method,), targets=(target,), layers=working or one(network, None))


def survey(
    network: Network,
    image: NDArray[np.uint8],
    *,
    methods: Sequence[str],
    targets: Sequence[Goal] = (None,),
    layers: Sequence[str] | None = None,
) -> tuple[Explanation, ...]:
    """Every method at every layer for every target, from one forward pass and at most one backward pass per target.

    All maps of the first target come first, in it all of the first layer. Two classes of one picture are
    ``survey(network, image, methods=["grad-cam"], targets=["cat", "dog"])``. Otherwise as :func:`explain`.
    """
    start = time.perf_counter()
    chosen = [METHODS[name] for name in methods]
    places = list(dict.fromkeys(layers or one(network, None)))
    goals = [None if target is None else network.index(target) for target in targets]
    inputs = network.prepare(image)
    with network.lock:
        looked = look_at(network, inputs, methods=chosen, layers=places, goals=goals)
        found = [
            looked.told(seen, layer, method, answer=method.answer(seen, Context(looked.model, layer)))
            for layer, seen in looked.views
            for method in chosen
        ]
    seconds = time.perf_counter() - start
    box = network.frame(image.shape[:2])
    return tuple(replace(each, seconds=seconds, box=box) for each in found)


def top(network: Network, probabilities: NDArray[np.float32], k: int = 5) -> tuple[Guess, ...]:
    """The ``k`` most probable classes of ``probabilities`` ``(classes,)``, most probable first."""
    shares = np.nan_to_num(probabilities)
    order = np.argsort(-shares, kind="stable")[:k]
    return tuple(Guess(int(i), network.classes[i], float(shares[i])) for i in order)


def refusals(network: Network, layer: str | None = None) -> dict[str, str]:
    """For every method by name, why it does not work at ``layer`` (by default the first), ``""`` if it does."""
    place = one(network, layer)[0]
    with network.lock:
        return {name: method.refuse(network.model, place) for name, method in METHODS.items()}


def quick(network: Network, layer: str | None = None) -> tuple[str, ...]:
    """The methods that work at ``layer`` and need no pass per channel there: those of :func:`all_maps`."""
    place = one(network, layer)[0]
    with network.lock:
        return tuple(
            name
            for name, method in METHODS.items()
            if method.works_with(network.model, place) and not method.slow(network.model, place)
        )


def default_method(network: Network, layer: str | None = None) -> str:
    """The first method that works at ``layer``: CAM on the last map before global average pooling, else Grad-CAM."""
    return next(name for name, reason in refusals(network, layer).items() if not reason)


def one(network: Network, layer: str | None) -> tuple[str]:
    """The layer asked for, or the first of the network's."""
    return (layer or network.layers[0].path,)
