"""The menu of fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.registry import Registry

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Fill:
    """One way to cover: ``paint(view, seed)`` gives a whole replacement picture, from which the patch is cut.

    Takes and gives uint8 ``(h, w, 3)``; the same seed gives the same pixels.
    """

    name: str
    title: str
    summary: str
    reference: str
    paint: Callable[[Pixels, int], Pixels]
    order: int = 1000

    def __call__(self, view: Pixels, seed: int = 0) -> Pixels:
        """The replacement of ``view`` uint8 ``(h, w, 3)``."""
        return self.paint(view, seed)


FILLS: Registry[Fill] = Registry("fill", "cnnviz.occlusion.fills")


def even(view: Pixels, colour: tuple[int, int, int]) -> Pixels:
    """A picture of the size of ``view`` in one colour."""
    return np.broadcast_to(np.array(colour, np.uint8), view.shape).copy()
