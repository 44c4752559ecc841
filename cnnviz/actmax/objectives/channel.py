"""A channel: the mean of its map, so that its pattern is wanted everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.errors import whole
from cnnviz.actmax.expressions import Term, check_channel
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class Channel(Term):
    """Channel ``number`` of the layer ``path``."""

    path: str
    number: int

    @property
    def layer(self) -> str:
        """The layer."""
        return self.path

    def tied(self, network: Network) -> Channel:
        """Itself, if there is such a channel."""
        check_channel(network, self.path, self.number)
        return self

    def values(self, answer: Tensor) -> Tensor:
        """The mean of the map, ``(N,)``."""
        return answer[:, self.number].mean((1, 2))

    def __str__(self) -> str:
        return f"channel:{self.path}:{self.number}"


def read(arguments: Sequence[str]) -> Channel:
    """From the text behind ``channel:``."""
    path, number = _two(arguments)
    return Channel(path, whole(number, what="the channel"))


def _two(arguments: Sequence[str]) -> tuple[str, str]:
    if len(arguments) != 2:
        raise TypeError
    return arguments[0], arguments[1]


OBJECTIVES.add(
    Kind(
        name="channel",
        title="Channel",
        summary="The mean of one channel's map: the pattern it looks for, all over the picture.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        form="channel:LAYER:NUMBER",
        formula=r"\frac{1}{hw} \sum_{i,j} A_k(x)_{i,j}",
        read=read,
        order=1,
    )
)
