"""Total variation: how much neighbouring pixels differ."""

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
class TotalVariation(Term):
    """How much neighbouring pixels differ: less of it is smoother, with edges kept."""

    @property
    def layer(self) -> str:
        """The picture itself, from 0 to 1."""
        return IMAGE

    def tied(self, network: Network) -> TotalVariation:  # noqa: ARG002 (every network has pictures)
        """Itself."""
        return self

    def values(self, answer: Tensor) -> Tensor:
        """Mean length of the difference to the pixel below and the pixel on the right, over colours, ``(N,)``."""
        down, right = answer[:, :, 1:, :-1] - answer[:, :, :-1, :-1], answer[:, :, :-1, 1:] - answer[:, :, :-1, :-1]
        # the root of the smallest value keeps the slope finite where nothing differs
        return (down.square() + right.square() + 1e-8).sqrt().mean((1, 2, 3))

    def __str__(self) -> str:
        return "tv"


def read(arguments: Sequence[str]) -> TotalVariation:
    """From the text behind the name: there is none."""
    if arguments:
        raise TypeError
    return TotalVariation()


PENALTIES.add(
    Kind(
        name="tv",
        title="Total variation",
        summary="How much neighbouring pixels differ: less of it is smoother, with edges kept.",
        reference="Rudin, Osher & Fatemi 1992; Mahendran & Vedaldi 2015, https://arxiv.org/abs/1412.0035",
        form="tv",
        formula=r"\frac{1}{hw} \sum_{i,j} \lVert \nabla x_{i,j} \rVert",
        read=read,
        order=1,
    )
)
