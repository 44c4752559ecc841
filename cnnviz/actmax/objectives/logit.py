"""The score of a class before the softmax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.expressions import SCORES, Term
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class Logit(Term):
    """The class ``target``, by name or number."""

    target: str | int

    @property
    def layer(self) -> str:
        """The scores."""
        return SCORES

    def tied(self, network: Network) -> Logit:
        """With the number of the class; :class:`~cnnviz.models.UnknownClass` lists near names if there is none."""
        return Logit(network.index(self.target))

    def values(self, answer: Tensor) -> Tensor:
        """The class's score, ``(N,)``."""
        return answer[:, int(self.target)]

    def __str__(self) -> str:
        return f"logit:{self.target}"


def read(arguments: Sequence[str]) -> Logit:
    """From the text behind ``logit:``."""
    if len(arguments) != 1 or not arguments[0]:
        raise TypeError
    return Logit(arguments[0])


OBJECTIVES.add(
    Kind(
        name="logit",
        title="Class score",
        summary="The class's score before the softmax: the picture that the network finds most like the class.",
        reference="Simonyan et al. 2014, https://arxiv.org/abs/1312.6034",
        form="logit:CLASS",
        formula=r"S_c(x)",
        read=read,
        order=0,
    )
)
