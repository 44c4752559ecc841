"""One answer of one unit, written out: every product of a weight with what it meets, the bias, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from cnnviz.features.errors import FeatureError
from cnnviz.features.filters import Kernels, kernels
from cnnviz.features.responses import finite, unit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.models import Network

_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True)
class Term:
    """One product of the sum: ``weight · input`` at ``channel``, ``row`` and ``column`` of the kernel."""

    channel: int
    row: int
    column: int
    weight: float
    input: float

    @property
    def product(self) -> float:
        """What it adds to the sum."""
        return self.weight * self.input


@dataclass(frozen=True, eq=False)
class Sum:
    """``z[k, y, x] = Σ w[k, c, i, j] · x[c, s·y + d·i − p, s·x + d·j − p] + b[k]`` with the numbers of one place.

    ``weights`` and ``inputs`` float32 ``(in / groups, h, w)`` lie over each other; ``place`` is row and column of ``z``
    in the convolution's map; ``answer`` is what torch computed there.
    """

    path: str
    unit: int
    place: tuple[int, int]
    weights: NDArray[np.float32] = field(repr=False)
    inputs: NDArray[np.float32] = field(repr=False)
    bias: float
    answer: float

    @property
    def total(self) -> float:
        """The sum, in float64."""
        return float((self.weights.astype(np.float64) * self.inputs).sum() + self.bias)

    def terms(self, count: int = 3) -> tuple[Term, ...]:
        """The ``count`` largest products, whichever sign, the largest first."""
        products = self.weights.astype(np.float64) * self.inputs
        order = np.argsort(-np.abs(products), axis=None, kind="stable")[:count]
        places = zip(*np.unravel_index(order, products.shape), strict=True)
        return tuple(
            Term(int(c), int(i), int(j), float(self.weights[c, i, j]), float(self.inputs[c, i, j]))
            for c, i, j in places
        )


def sum_at(
    network: Network, image: NDArray[np.uint8], layer: str, *, unit: int, place: tuple[int, int] | None = None
) -> Sum:
    """The sum behind one number of a map of ``layer``'s convolution; ``place`` is its peak unless given.

    One forward pass up to the convolution.

    Raises:
        FeatureError: the units of the layer are no single convolution's, or there is no such unit or place.
    """
    from cnnviz.probe import reach

    found = kernels(network, layer)
    unit_of(unit, len(found.weights), layer)
    module = cast("nn.Conv2d", network.model.get_submodule(found.path))
    pixels = network.prepare(image)
    with network.lock:
        given, answer = reach(network.model, found.path, pixels)
    z = finite(answer[0, unit])
    chosen = np.unravel_index(int(z.argmax()), z.shape) if place is None else place
    row, column = int(chosen[0]), int(chosen[1])
    if not (0 <= row < z.shape[0] and 0 <= column < z.shape[1]):
        raise FeatureError(f"there is no place {row}, {column}; the map has {z.shape[0]}×{z.shape[1]}")
    return Sum(
        path=found.path,
        unit=unit,
        place=(row, column),
        weights=found.weights[unit],
        inputs=_under(_inputs(found, given, unit), found, place=(row, column), mode=_MODES[module.padding_mode]),
        bias=0.0 if found.bias is None else float(found.bias[unit]),
        answer=float(z[row, column]),
    )


def _inputs(found: Kernels, given: Tensor, unit: int) -> NDArray[np.float32]:
    """The maps that the unit's kernel acts on: all of them, or those of its group."""
    wide = found.weights.shape[1]
    first = (unit // (len(found.weights) // found.groups)) * wide
    return finite(given[0, first : first + wide])


def _under(given: NDArray[np.float32], found: Kernels, *, place: tuple[int, int], mode: str) -> NDArray[np.float32]:
    """The numbers under the kernel when its answer is at ``place``."""
    sizes = found.weights.shape[2:]
    margins = [(p, d * (k - 1)) for p, d, k in zip(found.padding, found.dilation, sizes, strict=True)]
    # behind, a whole kernel: with "same" the odd row of padding lies there
    padded = np.pad(given, [(0, 0), *((before, max(before, after)) for before, after in margins)], mode=mode)  # type: ignore[call-overload]
    rows, columns = (
        slice(s * at, s * at + d * (k - 1) + 1, d)
        for s, at, d, k in zip(found.stride, place, found.dilation, sizes, strict=True)
    )
    return np.array(padded[:, rows, columns], np.float32)
