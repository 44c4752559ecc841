"""Objectives add and subtract: ``Channel("stage3", 5) - 0.5 * Logit("cat")``. Imports no torch."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network

SCORES, IMAGE = "", "the image"
"""What a term may look at besides a layer: the logits ``(N, classes)``, the picture ``(N, 3, h, w)`` from 0 to 1."""


class Objective(ABC):
    """A sum of weighted terms: what a picture is worth. Text and sum give back each other, see :mod:`.parsing`."""

    @property
    @abstractmethod
    def parts(self) -> tuple[tuple[float, Term], ...]:
        """Factors and terms."""

    def __add__(self, other: Objective) -> Objective:
        return Sum((*self.parts, *other.parts))

    def __mul__(self, factor: float) -> Objective:
        return Sum(tuple((factor * own, term) for own, term in self.parts))

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        return self * -1.0

    def __sub__(self, other: Objective) -> Objective:
        return self + -other

    def bound(self, network: Network) -> Objective:
        """The same with classes looked up and numbers checked; :class:`ClimbError` if ``network`` has no such thing."""
        return Sum(tuple((factor, term.tied(network)) for factor, term in self.parts))


class Term(Objective):
    """One thing that can be climbed. A subclass is a frozen dataclass with the fields of its text form."""

    @property
    @abstractmethod
    def layer(self) -> str:
        """The path of what it looks at, :data:`SCORES` or :data:`IMAGE`."""

    @abstractmethod
    def tied(self, network: Network) -> Term:
        """Itself, checked against ``network``, ready for :meth:`values`."""

    @abstractmethod
    def values(self, answer: Tensor) -> Tensor:
        """What each image of the batch is worth, ``(N,)``, from what the layer answered."""

    @property
    def parts(self) -> tuple[tuple[float, Term], ...]:
        """Itself, once."""
        return ((1.0, self),)


@dataclass(frozen=True)
class Sum(Objective):
    """Terms and their factors."""

    weighted: tuple[tuple[float, Term], ...]

    @property
    def parts(self) -> tuple[tuple[float, Term], ...]:
        """Factors and terms."""
        return self.weighted

    def __str__(self) -> str:
        return written(self)


def written(objective: Objective) -> str:
    """The text that :func:`cnnviz.actmax.parse` reads as this objective: ``channel:stage3:5 - 0.5*logit:cat``."""
    text = ""
    for factor, term in objective.parts:
        sign = ("- " if factor < 0 else "+ ") if text else ("-" if factor < 0 else "")
        size = "" if abs(factor) == 1 else f"{abs(factor):g}*"
        text += f"{' ' if text else ''}{sign}{size}{term}"
    return text


def maps_of(network: Network, layer: str) -> int:
    """How many channels ``layer`` has; :class:`ClimbError` if it is not a layer with maps."""
    from cnnviz.actmax.errors import ClimbError
    from cnnviz.models.layers import places

    found = {place.path: place.channels for place in places(network)}
    if layer not in found:
        found[layer] = _outermost(network, layer)
    if found[layer]:
        return found[layer]
    names = [name for name in {each.path: 0 for each in network.layers} | found if name != layer]
    near = difflib.get_close_matches(layer, names, n=3, cutoff=0.3) or names[:3]
    raise ClimbError(f"{network.name} has no layer {layer[:20]!r} with maps; try {' or '.join(near)}"[:140])


def _outermost(network: Network, layer: str) -> int:
    """The channels of a block whose answer is that of its last layer, which the list leaves out; 0 if it is none."""
    import torch

    from cnnviz.probe import LayerError, reach

    side = network.spec.side
    try:
        with network.lock:
            _, answer = reach(network.model, layer, torch.zeros(1, 3, side, side))
    except LayerError:
        return 0
    return int(answer.shape[1]) if answer.ndim == 4 else 0


def check_channel(network: Network, layer: str, number: int) -> None:
    """Refuse a channel that the layer does not have."""
    from cnnviz.actmax.errors import ClimbError

    channels = maps_of(network, layer)
    if not 0 <= number < channels:
        raise ClimbError(f"{layer} has channels 0 to {channels - 1}; {number} is none of them")
