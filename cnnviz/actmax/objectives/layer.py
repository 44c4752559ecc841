"""A whole layer, as in DeepDream: whatever it answers to, more of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.expressions import Term, maps_of
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class WholeLayer(Term):
    """All channels of the layer ``path``."""

    path: str

    @property
    def layer(self) -> str:
        """The layer."""
        return self.path

    def tied(self, network: Network) -> WholeLayer:
        """Itself, if there is such a layer."""
        maps_of(network, self.path)
        return self

    def values(self, answer: Tensor) -> Tensor:
        """The mean square of all activations, ``(N,)``."""
        return answer.square().mean((1, 2, 3))

    def __str__(self) -> str:
        return f"layer:{self.path}"


def read(arguments: Sequence[str]) -> WholeLayer:
    """From the text behind ``layer:``."""
    (path,) = _one(arguments)
    return WholeLayer(path)


def _one(arguments: Sequence[str]) -> Sequence[str]:
    if len(arguments) != 1:
        raise TypeError
    return arguments


OBJECTIVES.add(
    Kind(
        name="layer",
        title="Layer (DeepDream)",
        summary="The mean square of everything a layer answers: its favourite patterns, mixed.",
        reference="Mordvintsev et al. 2015, Inceptionism",
        form="layer:LAYER",
        formula=r"\frac{1}{Chw} \sum_{k,i,j} A_k(x)_{i,j}^2",
        read=read,
        order=3,
    )
)
