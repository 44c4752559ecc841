"""One unit: a channel at one place of its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.errors import ClimbError, whole
from cnnviz.actmax.expressions import Term, check_channel
from cnnviz.actmax.registry import OBJECTIVES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class Unit(Term):
    """Channel ``number`` of ``path`` at ``row`` and ``column`` of its map, in the middle unless both are given."""

    path: str
    number: int
    row: int = -1
    column: int = -1

    @property
    def layer(self) -> str:
        """The layer."""
        return self.path

    def tied(self, network: Network) -> Unit:
        """Itself, if there is such a channel."""
        check_channel(network, self.path, self.number)
        return self

    def values(self, answer: Tensor) -> Tensor:
        """The activation at the place, ``(N,)``."""
        height, width = answer.shape[2:]
        row, column = (height // 2, width // 2) if min(self.row, self.column) < 0 else (self.row, self.column)
        if row >= height or column >= width:
            raise ClimbError(f"the map of {self.path} has {height} rows and {width} columns here; count them from 0")
        return answer[:, self.number, row, column]

    def __str__(self) -> str:
        place = f":{self.row}:{self.column}" if min(self.row, self.column) >= 0 else ""
        return f"unit:{self.path}:{self.number}{place}"


def read(arguments: Sequence[str]) -> Unit:
    """From the text behind ``unit:``."""
    if len(arguments) < 2:
        raise TypeError
    path, number, *place = arguments
    if len(place) not in (0, 2):
        raise ClimbError("a unit stands at a row and a column; write unit:LAYER:NUMBER:ROW:COLUMN or leave out both")
    return Unit(path, whole(number, what="the channel"), *(whole(each, what="row or column") for each in place))


OBJECTIVES.add(
    Kind(
        name="unit",
        title="Unit",
        summary="One channel at one place of its map: the picture grows where that unit looks.",
        reference="Erhan et al. 2009, Visualizing Higher-Layer Features of a Deep Network",
        form="unit:LAYER:NUMBER[:ROW:COLUMN]",
        formula=r"A_k(x)_{i,j}",
        read=read,
        order=2,
    )
)
