"""The engine for networks that cannot be traced, whole forward passes; and the choice between the two engines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.occlusion.engine import Answers, Incremental, Place
from cnnviz.occlusion.regions import Numbers
from cnnviz.occlusion.tracing import Traced, traced

NEAR = 1e-4  # of the largest score: what folding and another order of sums may change in float32


class Whole:
    """Every window is a picture of its own ``(1, 3, H, W)``. Use under ``torch.inference_mode``."""

    def __init__(self, model: nn.Module, picture: Tensor) -> None:
        self.model, self.picture = model, picture
        self.scores: Tensor = model(picture)

    def over(self, rows: tuple[Numbers, Numbers], columns: tuple[Numbers, Numbers]) -> Answers:
        """Answers for windows over these rows and columns of the picture, each ``(begins, ends)``."""
        return partial(self._run, (rows, columns))

    def _run(self, spans: Sequence[tuple[Numbers, Numbers]], fill: Tensor, windows: Sequence[Place]) -> Tensor:
        pictures = torch.cat([self.picture] * len(windows))
        for picture, (row, column) in zip(pictures, windows, strict=True):
            down = slice(int(spans[0][0][row]), int(spans[0][1][row]))
            across = slice(int(spans[1][0][column]), int(spans[1][1][column]))
            picture[:, down, across] = fill[0, :, down, across]
        scores: Tensor = self.model(pictures)
        return scores


_agreed: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def engine(model: nn.Module, picture: Tensor, dtype: torch.dtype = torch.float32) -> Incremental | Whole:
    """The fast engine for ``picture`` ``(1, 3, H, W)`` if it gives the network's own answers, else the plain one.

    The first picture of a network is run both ways, as it is and with a corner covered. Hold the network's lock.
    """
    if model not in _agreed:
        steps = traced(model)
        _agreed[model] = steps is not None and _agrees(steps, model, picture)
    steps = traced(model, dtype) if _agreed[model] else None
    return Whole(model, picture) if steps is None else Incremental(steps, picture.to(dtype))


def _agrees(steps: Traced, model: nn.Module, picture: Tensor) -> bool:
    """Whether both engines say the same of a picture, as it is and with its lower right corner covered."""
    down, across = ((np.array([side - max(1, side // 4)]), np.array([side])) for side in picture.shape[-2:])
    plain, fill = Whole(model, picture), torch.zeros_like(picture)
    try:
        fast = Incremental(steps, picture)
        found = torch.cat([fast.scores, fast.over(down, across)(fill, [(0, 0)])])
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError):
        return False  # a step that only the network itself can run
    wanted = torch.cat([plain.scores, plain.over(down, across)(fill, [(0, 0)])])
    return bool((found - wanted).abs().max() <= NEAR * wanted.abs().max())
