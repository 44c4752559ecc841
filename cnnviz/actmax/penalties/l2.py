"""L2: how far the pixels are from middle gray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.expressions import IMAGE, Term
from cnnviz.actmax.registry import PENALTIES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class Contrast(Term):
    """How far the pixels are from middle gray, squared: less of it is paler."""

    @property
    def layer(self) -> str:
        """The picture itself, from 0 to 1."""
        return IMAGE

    def tied(self, network: Network) -> Contrast:  # noqa: ARG002 (every network has pictures)
        """Itself."""
        return self

    def values(self, answer: Tensor) -> Tensor:
        """Mean squared distance from 0.5, ``(N,)``."""
        return (answer - 0.5).square().mean((1, 2, 3))

    def __str__(self) -> str:
        return "l2"


def read(arguments: Sequence[str]) -> Contrast:
    """From the text behind the name: there is none."""
    if arguments:
        raise TypeError
    return Contrast()


PENALTIES.add(
    Kind(
        name="l2",
        title="L2",
        summary="How far the pixels are from middle gray, squared: less of it is paler.",
        reference="Simonyan et al. 2014, https://arxiv.org/abs/1312.6034",
        form="l2",
        formula=r"\overline{(x - 0.5)^2}",
        read=read,
        order=2,
    )
)
