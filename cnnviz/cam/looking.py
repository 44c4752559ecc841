"""One view looked at as some methods need it: which model to run, whether to go back, and what is told of a map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.cam.explanation import Explanation, Guess
from cnnviz.cam.head import gap_linear_head
from cnnviz.cam.registry import Method, MethodError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.models import Network
    from cnnviz.probe import Seen


@dataclass(frozen=True, eq=False)
class Looked:
    """What was seen of one view at each layer, target after target, and the model that was run."""

    network: Network
    model: nn.Module
    views: list[tuple[str, Seen]]

    def told(self, seen: Seen, layer: str, method: Method, *, answer: tuple[Tensor, Tensor | None]) -> Explanation:
        """The record of one map ``(1, h, w)`` and its weights ``(1, C)``, over all of the view; no ``seconds`` yet."""
        from cnnviz.models import Box

        goal, (found, weights) = int(seen.targets[0]), answer
        height, width = (0, 0) if seen.images is None else seen.images.shape[2:]
        head = gap_linear_head(self.model, layer) if method.adds_up else None
        probabilities = _numbers(seen.scores[0].double().softmax(0)).astype(np.float32)
        return Explanation(
            network=self.network.name,
            method=method.name,
            layer=layer,
            target=Guess(goal, self.network.classes[goal], float(probabilities[goal])),
            map=_numbers(found[0]).astype(np.float32),
            weights=None if weights is None else _numbers(weights[0]),
            activations=_numbers(seen.activations[0].double().mean((1, 2))),
            probabilities=probabilities,
            logit=float(_numbers(seen.scores[0, goal])),
            bias=None if head is None else float(_numbers(head.bias[goal])),
            box=Box(0, 0, height, width),
            seconds=0.0,
        )


def look_at(
    network: Network,
    inputs: Tensor,
    *,
    methods: Sequence[Method],
    layers: Sequence[str],
    goals: Sequence[int | None],
) -> Looked:
    """Run the network on one view ``(1, 3, H, W)`` as the methods need it; whoever calls holds its lock."""
    from cnnviz.probe import best, looks

    for layer in layers:
        for method in methods:
            _check(network, method, layer)
    model = network.looking_at(*layers)
    aims = [best if goal is None else goal for goal in goals]
    wanted = any(method.needs_gradients for method in methods)
    heads = {layer: gap_linear_head(model, layer) for layer in layers} if wanted else {}
    backward = wanted and any(head is None for head in heads.values())
    found = looks(model, layers, inputs, targets=aims if backward else [None] * len(aims))
    views = []
    for number, seen in enumerate(found):
        layer, goal = layers[number % len(layers)], goals[number // len(layers)]
        aimed = seen if goal is None else replace(seen, targets=seen.targets.new_tensor([goal]))
        if aimed.activations.ndim != 4:
            raise MethodError(f"layer {layer!r} answers with a list, not a map; choose one before the pooling")
        head = heads.get(layer)
        if head is not None and aimed.gradients is None:
            aimed = replace(aimed, gradients=_known(aimed, head.weight))
        views.append((layer, aimed))
    return Looked(network, model, views)


def _check(network: Network, method: Method, layer: str) -> None:
    from cnnviz.probe import find_layer

    find_layer(network.model, layer)
    if not (reason := method.refuse(network.model, layer)):
        return
    better = next((other.path for other in network.layers if method.works_with(network.model, other.path)), None)
    fix = "choose the method 'grad-cam'" if better is None else f"choose the layer {better!r} or the method 'grad-cam'"
    raise MethodError(f"{reason}; {fix}")


def _known(seen: Seen, weight: Tensor) -> Tensor:
    """The gradients right before global average pooling and a linear layer: ``w_k / (hw)`` at every place."""
    places = seen.activations.shape[2] * seen.activations.shape[3]
    return (weight[seen.targets] / places)[:, :, None, None].expand_as(seen.activations)


def _numbers(values: Tensor) -> NDArray[np.float64]:
    """To float64 on the CPU, finite: a diverged network must not put NaN into a formula or a file."""
    finite: NDArray[np.float64] = values.detach().double().nan_to_num(posinf=1e30, neginf=-1e30).cpu().numpy()
    return finite
