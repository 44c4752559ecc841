"""The channels behind a map: each term of the sum as a map of its own, and how the sum grows to the full map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.cam.registry import METHODS, MethodError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cnnviz.cam.explanation import Explanation
    from cnnviz.models import Network
    from cnnviz.probe import Seen

    Values = NDArray[np.float64]

CLOSE = 1e-3  # of the map's largest magnitude: how far a sum of channels may be from the map
GROWTH = 1.4  # after the first terms each step of the sum takes this many times as many channels


@dataclass(frozen=True, eq=False)
class Term:
    """One channel: ``part`` ``(h, w)`` is what it adds to the map, ``activation`` ``(h, w)`` its answer.

    ``part = weight * activation``; ``weight`` is ``None`` where the factor differs from place to place.
    """

    index: int
    weight: float | None
    activation: NDArray[np.float32] = field(repr=False)
    part: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """A map taken apart: its largest terms, and partial sums ``(steps, h, w)`` of the ``counts`` largest channels.

    The last of ``counts`` is the number of channels: the last sum is the map.
    """

    terms: tuple[Term, ...]
    counts: tuple[int, ...]
    sums: NDArray[np.float32] = field(repr=False)

    @property
    def channels(self) -> int:
        """How many channels the layer has."""
        return self.counts[-1]


def anatomy(network: Network, image: NDArray[np.uint8], shown: Explanation, *, terms: int = 8) -> Anatomy:
    """Take the map ``shown`` of a picture, uint8 ``(H, W, 3)``, apart into its channels.

    Channels come in the order of the magnitude of what they add to the map's mean. One forward pass, and a backward
    pass for methods that weight place by place (HiRes-CAM, Layer-CAM).

    Raises:
        MethodError: the map is no sum over the channels.
    """
    from cnnviz.probe import look

    pixels = network.prepare(image)
    with network.lock:
        target = shown.target.index if shown.weights is None else None
        seen = look(network.looking_at(shown.layer), shown.layer, pixels, target=target)
    activations = _numbers(seen.activations[0])
    parts = _parts(shown, seen, activations)
    order = np.argsort(-np.abs(parts.mean((1, 2))), kind="stable")
    counts = _counts(len(order), terms)
    sums = np.cumsum(parts[order], axis=0)[np.array(counts) - 1]
    return Anatomy(tuple(_term(shown, activations, parts, int(k)) for k in order[:terms]), counts, _small(sums))


def _parts(shown: Explanation, seen: Seen, activations: Values) -> Values:
    """What each channel adds, ``(C, h, w)``: the first product that adds up to the map."""
    near = CLOSE * float(np.abs(shown.map).max()) + 1e-12
    for factors in _factors(shown, seen):
        parts: Values = factors * activations
        if np.abs(parts.sum(0) - shown.map).max() <= near:
            return parts
    raise MethodError(
        f"{METHODS[shown.method].title} cannot be taken apart channel by channel here; choose CAM or Grad-CAM"
    )


def _factors(shown: Explanation, seen: Seen) -> Iterator[Values]:
    """What the activations are multiplied by: one weight per channel, or the gradient at each place."""
    if shown.weights is not None:
        yield shown.weights[:, None, None]
    if seen.gradients is not None:
        slopes = _numbers(seen.gradients[0])
        yield slopes
        yield np.maximum(slopes, 0)


def _term(shown: Explanation, activations: Values, parts: Values, index: int) -> Term:
    weight = None if shown.weights is None else float(shown.weights[index])
    return Term(index, weight, _small(activations[index]), _small(parts[index]))


def _counts(channels: int, terms: int) -> tuple[int, ...]:
    """1, 2 … terms, then ever larger steps up to all channels."""
    counts = list(range(1, min(terms, channels) + 1))
    while counts[-1] < channels:
        counts.append(min(channels, round(GROWTH * counts[-1])))
    return tuple(counts)


def _numbers(values: object) -> Values:
    found: Values = values.detach().double().nan_to_num(posinf=1e30, neginf=-1e30).cpu().numpy()  # type: ignore[attr-defined]
    return found


def _small(values: Values) -> NDArray[np.float32]:
    return np.clip(values, -1e30, 1e30).astype(np.float32)
