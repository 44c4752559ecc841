"""What every unit of a layer answers to one picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.features.errors import FeatureError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.models import Box, Network


@dataclass(frozen=True, eq=False)
class Maps:
    """The feature maps of one picture.

    ``values`` float32 ``(C, h, w)``, one map per unit, cover ``box``, the part of the picture that the network saw.
    ``scores`` ``(classes,)`` are the logits and ``target`` the class looked at. ``contributions`` ``(C,)`` is what each
    unit adds to the target's logit, ``w · mean(A)``, at the last map of a network with global average pooling and one
    linear layer (Zhou et al. 2016, https://arxiv.org/abs/1512.04150), else ``None``.
    """

    network: str
    layer: str
    values: NDArray[np.float32] = field(repr=False)
    box: Box
    view: tuple[int, int]
    scores: NDArray[np.float32] = field(repr=False)
    target: int
    contributions: NDArray[np.float64] | None = field(repr=False)

    @cached_property
    def low(self) -> NDArray[np.float32]:
        """The smallest answer of each unit, ``(C,)``."""
        return np.asarray(self.values.min((1, 2)))

    @cached_property
    def high(self) -> NDArray[np.float32]:
        """The largest answer of each unit, its peak, ``(C,)``."""
        return np.asarray(self.values.max((1, 2)))

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """The mean answer of each unit over all places, ``(C,)``."""
        return np.asarray(self.values.mean((1, 2), dtype=np.float64))

    @cached_property
    def peaks(self) -> NDArray[np.int64]:
        """Row and column of each unit's peak, the first of equals, ``(C, 2)``."""
        at = self.values.reshape(len(self.values), -1).argmax(1)
        return np.stack(np.unravel_index(at, self.values.shape[1:]), 1)


def maps(network: Network, image: NDArray[np.uint8], layer: str, *, target: str | int | None = None) -> Maps:
    """The maps of ``layer`` for one picture, uint8 ``(H, W, 3)``: one forward pass.

    ``target`` is the class whose logit the contributions add up to, by default the most probable.

    Raises:
        LayerError: no such layer, or it runs more than once.
        FeatureError: the layer answers with a list, not with maps.
        UnknownClass: no such class.
    """
    from cnnviz.cam.head import gap_linear_head
    from cnnviz.probe import look

    chosen = None if target is None else network.index(target)
    pixels = network.prepare(image)
    with network.lock:
        seen = look(network.model, layer, pixels)
        if seen.activations.ndim != 4:
            raise FeatureError(f"layer {layer[:40]!r} answers with a list, not a map; choose one before the pooling")
        head = gap_linear_head(network.model, layer)
    goal = int(seen.targets[0]) if chosen is None else chosen
    values = finite(seen.activations[0])
    weights = None if head is None else head.weight[goal].double().cpu().numpy()
    return Maps(
        network=network.name,
        layer=layer,
        values=values,
        box=network.frame((image.shape[0], image.shape[1])),
        view=(pixels.shape[2], pixels.shape[3]),
        scores=finite(seen.scores[0]),
        target=goal,
        contributions=None if weights is None else np.nan_to_num(weights * values.mean((1, 2), dtype=np.float64)),
    )


def span(network: Network, image: NDArray[np.uint8]) -> tuple[float, float]:
    """The smallest and the largest answer of all convolutions, norms, activations and blocks for one picture.

    It is the colour scale under which maps of different layers can be compared. One forward pass.
    """
    from cnnviz.probe import tour

    found: list[tuple[float, float]] = []

    def note(_path: str, _module: nn.Module, answer: Tensor) -> None:
        if answer.ndim == 4:
            low, high = answer.nan_to_num(posinf=1e30, neginf=-1e30).aminmax()
            found.append((float(low), float(high)))

    pixels = network.prepare(image)
    with network.lock:
        tour(network.model, pixels, note=note)
    return min(low for low, _ in found), max(high for _, high in found)


def finite(values: Tensor) -> NDArray[np.float32]:
    """To float32 on the CPU, finite: a diverged network must not put NaN into a picture or a file."""
    clean = values.detach().float().nan_to_num(posinf=1e30, neginf=-1e30).contiguous()
    found: NDArray[np.float32] = clean.cpu().numpy()
    return found


def unit_of(unit: int, units: int, layer: str) -> int:
    """``unit`` if a layer of that many ``units`` has it; :class:`FeatureError` otherwise."""
    if not 0 <= unit < units:
        raise FeatureError(f"there is no unit {unit}; {layer[:40]} has 0 to {units - 1}")
    return unit
