"""Diversity: the pictures of a batch should please the same unit in different ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.expressions import Term, maps_of
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network

TINY = 1e-12


@dataclass(frozen=True)
class Diversity(Term):
    """Compares the images of a batch by which channels of ``path`` answer together."""

    path: str

    @property
    def layer(self) -> str:
        """The layer."""
        return self.path

    def tied(self, network: Network) -> Diversity:
        """Itself, if there is such a layer."""
        maps_of(network, self.path)
        return self

    def values(self, answer: Tensor) -> Tensor:
        """Minus the mean cosine of an image's Gram matrix with those of the others, ``(N,)``: 0 … -1 after a ReLU."""
        count = len(answer)
        if count < 2:
            raise ClimbError("diversity compares the pictures of a batch; set count to 2 or more")
        flat = answer.flatten(2)
        grams = (flat @ flat.mT).flatten(1)
        unit = grams / grams.norm(dim=1, keepdim=True).clamp_min(TINY)
        cosines = unit @ unit.T
        others: Tensor = cosines.sum(1) - cosines.diagonal()
        return -others / (count - 1)

    def __str__(self) -> str:
        return f"diversity:{self.path}"


def read(arguments: Sequence[str]) -> Diversity:
    """From the text behind ``diversity:``."""
    if len(arguments) != 1:
        raise TypeError
    return Diversity(arguments[0])


OBJECTIVES.add(
    Kind(
        name="diversity",
        title="Diversity",
        summary="The pictures of a batch should differ in which channels answer together; add it to another objective.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        form="diversity:LAYER",
        formula=r"-\frac{1}{N-1} \sum_{n \ne m} \cos(G(x_n), G(x_m)), \quad G = A A^\top",
        read=read,
        order=5,
    )
)
