"""What is told about one map: the class, the numbers of the formula, and where in the picture the map lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.models import Box


@dataclass(frozen=True)
class Guess:
    """One class and how probable the network finds it."""

    index: int
    name: str
    probability: float


@dataclass(frozen=True)
class Channel:
    """One term of the sum: ``contribution = weight * activation``, the mean of what the channel adds to the map."""

    index: int
    weight: float
    activation: float
    contribution: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a network gave a class its score, as far as one layer tells.

    ``map`` float32 ``(h, w)`` is signed and covers ``box``, the part of the picture that the network saw. ``weights``
    ``(C,)`` are those of the formula (``None`` for a method that has no single one per channel, such as HiRes-CAM),
    ``activations`` ``(C,)`` the mean of each channel. ``bias`` is the class's in the linear layer if the layer is the
    last map of a network with global average pooling and the method adds up to the score there, else ``None``. Where
    there is one, ``total + bias == logit`` for CAM, and ``h * w * total + bias == logit`` for the other methods.
    ``seconds`` is the wall clock of the call that made the map, with all that it made besides.
    """

    network: str
    method: str
    layer: str
    target: Guess
    map: NDArray[np.float32] = field(repr=False)
    weights: NDArray[np.float64] | None = field(repr=False)
    activations: NDArray[np.float64] = field(repr=False)
    probabilities: NDArray[np.float32] = field(repr=False)
    logit: float
    bias: float | None
    box: Box
    seconds: float

    @property
    def total(self) -> float:
        """Mean of the map, which is the sum of all channels' contributions."""
        return float(self.map.mean(dtype=np.float64))

    def channels(self, k: int = 5) -> tuple[Channel, ...]:
        """The ``k`` channels that contribute most, whichever way; none for a method without weights."""
        if self.weights is None:
            return ()
        contributions = self.weights * self.activations
        order = np.argsort(-np.abs(contributions), kind="stable")[:k]
        rows = zip(order, self.weights[order], self.activations[order], contributions[order], strict=True)
        return tuple(Channel(int(i), float(w), float(a), float(c)) for i, w, a, c in rows)
