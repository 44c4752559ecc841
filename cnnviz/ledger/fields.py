"""Where in the picture a unit looks: the analytic box, and what gradients say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.ledger.counting import ledger
from cnnviz.ledger.layers import AdaptivePool, Layer, StackError, Window
from cnnviz.ledger.rows import INPUT, Ledger, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Index = tuple[int, int]
WORK_LIMIT = 2e9  # additions: some seconds


def centre(row: Row) -> Index:
    """The unit in the middle of a row's map (the upper left of four where there is no middle one)."""
    if len(row.output) != 3:
        return 0, 0
    return (row.output[1] - 1) // 2, (row.output[2] - 1) // 2


def field_box(row: Row, ledger: Ledger, index: Index | None = None) -> tuple[int, int, int, int]:  # noqa: ARG001
    """Top, left, height and width of the box that unit ``index`` sees, in input pixels; the middle unit by default.

    The box is not clipped: where it sticks out, the unit sees padding. All units of a fully connected row see the same
    box. It is exact but for adaptive pooling with windows of several widths: those are told as the widest.
    """
    place = centre(row) if index is None else index
    top, left = (axis.start + axis.jump * i for axis, i in zip(row.axes, place, strict=True))
    return top, left, row.axes[0].size, row.axes[1].size


def measured_field(
    layers: Sequence[Layer],
    upto: int,
    input: tuple[int, int, int],  # noqa: A002
    *,
    index: Index | None = None,
) -> NDArray[np.float32]:
    """How much each pixel moves the unit ``index`` of row ``upto``: float32 (H, W), the largest value 1.

    The gradient of that unit, summed over the channels of the picture, in the linear network with equal weights: every
    convolution takes the mean of what it sees, pooling averages, activations and norms pass on. So it shows how often
    and through how many paths a pixel is looked at, not what training made of it; it is close to a bell (Luo et al.
    2016). Pixels inside the field are > 0, all others 0; windows with gaps (dilation, strides wider than the kernel)
    leave holes.

    All channels of a row then behave alike, so one map per row is enough. Costs the windows' places, a few milliseconds
    for the middle unit of ResNet-152 at 224.
    """
    import numpy as np

    found = ledger(tuple(layers), input)
    if _work(found.rows[: upto + 1]) > WORK_LIMIT:
        raise StackError("this stack is too large to measure; choose a smaller input or smaller windows")
    gradients: dict[int, NDArray[np.float64]] = {upto: _unit(found.rows[upto], index)}
    for number in range(upto, INPUT, -1):
        if number in gradients:
            for source, share in _shares(found, number):
                passed = _back(found, number, gradients[number], source) * share
                gradients[source] = gradients[source] + passed if source in gradients else passed
            del gradients[number]
    total = gradients[INPUT]
    scaled = total / total.max()
    # far corners of deep networks are below what float32 can hold
    return np.where(total > 0, np.maximum(scaled, np.finfo(np.float32).tiny), 0).astype(np.float32)


def _work(rows: Sequence[Row]) -> float:
    """About how many additions the way back through ``rows`` takes."""
    places = [math.prod(row.output[1:]) for row in rows]
    return sum(2.0 * count * row.layer.window(row.output).kernel for count, row in zip(places, rows, strict=True))


def _unit(row: Row, index: Index | None) -> NDArray[np.float64]:
    """The gradient of a unit with respect to its own map; rows without height and width are one place."""
    import numpy as np

    gradient = np.zeros(_places(row.output))
    gradient[centre(row) if index is None else index] = 1
    return gradient


def _places(shape: tuple[int, ...]) -> Index:
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _shares(found: Ledger, number: int) -> list[tuple[int, float]]:
    """The rows that a row reads, and the share of its gradient that goes to each.

    The share is that of its channels, where a row stacks several maps or adds channels of zeros.
    """
    row = found.rows[number]
    if row.kind not in {"concat", "shortcut"}:
        return [(source, 1.0) for source in row.inputs]
    return [(source, _shape(found, source)[0] / row.output[0]) for source in row.inputs]


def _shape(found: Ledger, source: int) -> tuple[int, ...]:
    return found.input if source == INPUT else found.rows[source].output


def _back(found: Ledger, number: int, gradient: NDArray[np.float64], source: int) -> NDArray[np.float64]:
    """The gradient at ``source``, one of the rows that row ``number`` reads."""
    import numpy as np

    layer, shape = found.rows[number].layer, _shape(found, source)
    size = _places(shape)
    if layer.sees_all:
        return np.full(size, gradient.sum() / (size[0] * size[1]))
    if isinstance(layer, AdaptivePool):
        return _averaging(size[0], layer.size).T @ gradient @ _averaging(size[1], layer.size)
    window = layer.window(shape)
    if window == Window(1):
        return gradient
    return _spread(_spread(gradient, window, size[0]).T, window, size[1]).T


def _spread(gradient: NDArray[np.float64], window: Window, count: int) -> NDArray[np.float64]:
    """Hand each row of ``gradient`` to the ``count`` rows below it, in equal parts to those under its window."""
    import numpy as np

    reach = (len(gradient) - 1) * window.stride + 1
    total = np.zeros((max(count + 2 * window.padding, reach + window.extent - 1), gradient.shape[1]))
    for tap in range(0, window.extent, window.dilation):
        total[tap : tap + reach : window.stride] += gradient
    return total[window.padding : window.padding + count] / window.kernel


def _averaging(count: int, size: int) -> NDArray[np.float64]:
    """The matrix (size, count) of adaptive average pooling."""
    import numpy as np

    matrix = np.zeros((size, count))
    for i in range(size):
        first, after = i * count // size, -(-(i + 1) * count // size)
        matrix[i, first:after] = 1 / (after - first)
    return matrix
