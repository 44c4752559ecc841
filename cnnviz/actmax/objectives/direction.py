"""A direction: many channels at once, each with its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.actmax.errors import ClimbError, whole
from cnnviz.actmax.expressions import Term, maps_of
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network

RANDOM = "random"


@dataclass(frozen=True)
class Direction(Term):
    """A vector in the space of the channels of ``path``; only where it points counts, not how long it is.

    ``toward`` is a class, whose weights in the linear layer behind global average pooling give the vector, or
    ``"random"`` for one drawn with ``seed``. A ``vector`` of one's own, one number per channel, overrides both.
    """

    path: str
    toward: str = RANDOM
    seed: int = 0
    vector: tuple[float, ...] = field(default=(), repr=False)

    @property
    def layer(self) -> str:
        """The layer."""
        return self.path

    def tied(self, network: Network) -> Direction:
        """With its vector, of length 1."""
        channels = maps_of(network, self.path)
        found = self.vector or (self._drawn(channels) if self.toward == RANDOM else self._weights(network))
        if len(found) != channels:
            told = f"{self.path} has {channels} channels and the direction {len(found)} numbers"
            raise ClimbError(f"{told}; give as many")
        length = sum(each * each for each in found) ** 0.5
        if not 0 < length < float("inf"):
            raise ClimbError("the direction has no length; give numbers that are not all 0")
        return replace(self, vector=tuple(each / length for each in found))

    def values(self, answer: Tensor) -> Tensor:
        """The part of the activations that points there, mean over the places, ``(N,)``."""
        return answer.mean((2, 3)) @ answer.new_tensor(self.vector)

    def _drawn(self, channels: int) -> tuple[float, ...]:
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        return tuple(torch.randn(channels, generator=generator, dtype=torch.float64).tolist())

    def _weights(self, network: Network) -> tuple[float, ...]:
        from cnnviz.cam.head import gap_linear_head

        with network.lock:
            head = gap_linear_head(network.model, self.path)
        if head is None:
            raise ClimbError(f"no linear layer follows {self.path}; take the last map or random:{self.seed}")
        return tuple(head.weight[network.index(self.toward)].double().tolist())

    def __str__(self) -> str:
        return f"direction:{self.path}:{self.toward}{f':{self.seed}' if self.toward == RANDOM else ''}"


def read(arguments: Sequence[str]) -> Direction:
    """From the text behind ``direction:``."""
    if len(arguments) == 3 and arguments[1] == RANDOM:
        return Direction(arguments[0], RANDOM, whole(arguments[2], what="the seed"))
    if len(arguments) != 2 or arguments[1] in {"", RANDOM}:
        raise TypeError
    return Direction(arguments[0], arguments[1])


OBJECTIVES.add(
    Kind(
        name="direction",
        title="Direction",
        summary="Many channels at once, weighted as the linear layer weights them for a class, or at random.",
        reference="Olah et al. 2018, https://distill.pub/2018/building-blocks",
        form="direction:LAYER:CLASS or direction:LAYER:random:SEED",
        formula=r"\frac{1}{hw} \sum_{i,j} \hat v \cdot A(x)_{i,j}",
        read=read,
        order=4,
    )
)
