"""The picture that is climbed: free numbers, and the pixels that they stand for. Imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor

from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.registry import PARAMETERIZATIONS, Colour, Shape, Space


@dataclass(frozen=True)
class Canvas:
    """A batch of pictures: where the pixels come from in space, and what their colours are."""

    space: Space
    colour: Colour
    shape: Shape

    def start(self, generator: Generator) -> Tensor:
        """The first numbers, which may be differentiated by."""
        return self.space.start(self.colour.channels, self.shape, generator).requires_grad_()

    def pixels(self, values: Tensor) -> Tensor:
        """The pictures that the numbers stand for, ``(N, 3, h, w)``, each pixel between 0 and 1 by a sigmoid."""
        return torch.sigmoid(self.colour.mix(self.space.planes(values, self.shape)))


def canvas(text: str, shape: Shape) -> Canvas:
    """From ``"fourier+decorrelated"``: one space and one colour, ``pixel`` and ``rgb`` where one is missing."""
    chosen: dict[str, Space | Colour] = {"space": PARAMETERIZATIONS["pixel"], "colour": PARAMETERIZATIONS["rgb"]}
    names = [each.strip() for each in text.split("+") if each.strip()]
    for name in names:
        if name not in PARAMETERIZATIONS:
            raise ClimbError(f"no parameterization is called {name[:20]!r}; there are: {', '.join(PARAMETERIZATIONS)}")
        item: Space | Colour = PARAMETERIZATIONS[name]
        chosen[item.role] = item
    space, colour = chosen["space"], chosen["colour"]
    if len(names) > len({PARAMETERIZATIONS[name].role for name in names}):
        raise ClimbError("a picture has one space and one colour, such as fourier+decorrelated; leave out the other")
    return Canvas(cast("Space", space), cast("Colour", colour), shape)
