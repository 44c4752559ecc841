"""The walk through a stack that writes its ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from cnnviz.ledger.layers import AdaptivePool, Branches, Layer, Shape, StackError, TooSmallError
from cnnviz.ledger.registry import Architecture
from cnnviz.ledger.rows import INPUT, Axis, Ledger, Row

INPUT_LIMIT = 4096
CHANNEL_LIMIT = 2**20  # repeated concatenation doubles them
BYTES = 4  # float32
PIXEL = Axis(0, 1, 1, 0)


class Place(NamedTuple):
    """Where the walk stands: the row that was written last, what it hands on and what it sees."""

    row: int
    shape: Shape
    axes: tuple[Axis, Axis]


def ledger(network: Architecture | Sequence[Layer], input: tuple[int, int, int] | None = None) -> Ledger:  # noqa: A002
    """The ledger of an architecture or of your own layers, for an input (C, H, W).

    Without ``input`` an architecture has its own, and layers get 3 × 224 × 224. Linear layers are as wide as what
    reaches them, so with another input size a network without global or adaptive pooling has other parameters.

    Fields follow ``r' = r + (k - 1) d j``, ``j' = j s``. Where branches join, the row sees what any of them sees. The
    gate of a squeeze-excite layer, which looks at the whole map, is ignored. Linear and global layers see all that the
    map before them sees. Activation memory is that of all outputs in float32 for one picture, the picture itself not
    counted; activations (in place), dropout (idle at test time) and flattening (a view) store none.

    Raises :class:`StackError` if a layer does not fit what it gets, with the input size that would do.
    """
    layers = network.layers if isinstance(network, Architecture) else tuple(network)
    size = input or (network.input if isinstance(network, Architecture) else (3, 224, 224))
    check_input(size)
    walk = _Walk()
    try:
        walk.along(layers, _picture(size), depth=0)
    except TooSmallError as error:
        raise StackError(f"{walk.current} {error}: {_cure(layers, size[0])}") from error
    rows = walk.rows
    return Ledger(
        rows=tuple(rows),
        params=sum(row.params for row in rows),
        macs=sum(row.macs for row in rows),
        activation_bytes=sum(row.activation_bytes for row in rows),
        input=size,
    )


def check_input(size: tuple[int, ...]) -> None:
    """Raise :class:`StackError` unless ``size`` is (C, H, W) with 1 to 4096 each."""
    if len(size) != 3 or not all(1 <= number <= INPUT_LIMIT for number in size):
        raise StackError(f"an input is channels × height × width, each from 1 to {INPUT_LIMIT}, such as 3x224x224")


def _picture(size: tuple[int, int, int]) -> Place:
    _, height, width = size
    return Place(INPUT, size, (PIXEL._replace(stop=height - 1), PIXEL._replace(stop=width - 1)))


def _cure(layers: tuple[Layer, ...], channels: int) -> str:
    """What to do about a stack that its input is too small for; halving finds it in twelve walks."""
    low, high = 0, INPUT_LIMIT + 1
    while high - low > 1:
        side = (low + high) // 2
        low, high = (low, side) if _fits(layers, (channels, side, side)) else (side, high)
    return "use fewer strides or pools" if high > INPUT_LIMIT else f"the input must be at least {high}×{high}"


def _fits(layers: tuple[Layer, ...], size: tuple[int, int, int]) -> bool:
    try:
        _Walk().along(layers, _picture(size), depth=0)
    except TooSmallError:
        return False
    except StackError:
        return True
    return True


class _Walk:
    """Writes rows; ``current`` is the name of the layer at hand, for messages."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.current = ""
        self._counts: Counter[str] = Counter()
        self._names: Counter[str] = Counter()

    def along(self, layers: Sequence[Layer], place: Place, *, depth: int) -> Place:
        """Walk a path that begins at ``place``; return where it ends."""
        for layer in layers:
            place = self._split(layer, place, depth) if isinstance(layer, Branches) else self._step(layer, place, depth)
        return place

    def _step(self, layer: Layer, place: Place, depth: int) -> Place:
        name = self._name(layer)
        try:
            shape = layer.output(place.shape)
        except TooSmallError:
            raise
        except StackError as error:
            raise StackError(f"{name} {error}") from error
        axes = _seen(layer, place, shape)
        return self._write(layer, name, depth, before=(place,), after=(shape, axes))

    def _split(self, layer: Branches, place: Place, depth: int) -> Place:
        ends = tuple(self.along(branch, place, depth=depth + 1) for branch in layer.branches)
        if layer.join == "aside":
            return place
        name = self._name(layer)
        shape = _join(layer, name, [end.shape for end in ends])
        vertical, horizontal = ends[0].axes
        for end in ends[1:]:
            vertical, horizontal = vertical.joined(end.axes[0]), horizontal.joined(end.axes[1])
        return self._write(layer, name, depth, before=ends, after=(shape, (vertical, horizontal)))

    def _write(
        self,
        layer: Layer,
        name: str,
        depth: int,
        *,
        before: tuple[Place, ...],
        after: tuple[Shape, tuple[Axis, Axis]],
    ) -> Place:
        shape, axes = after
        if len(shape) == 3 and shape[0] > CHANNEL_LIMIT:
            raise StackError(f"{name} has {shape[0]:.3g} channels; stack fewer, the limit is {CHANNEL_LIMIT}")
        largest = max(axes, key=lambda axis: axis.size)
        row = Row(
            name=name,
            kind=layer.kind,
            output=shape,
            params=layer.params(before[0].shape),
            macs=layer.macs(before[0].shape),
            receptive_field=largest.size,
            jump=largest.jump,
            offset=largest.offset,
            activation_bytes=BYTES * prod(shape) * layer.stores,
            branch=depth,
            source=layer.source,
            layer=layer,
            inputs=tuple(place.row for place in before),
            axes=axes,
        )
        self.rows.append(row)
        return Place(len(self.rows) - 1, shape, axes)

    def _name(self, layer: Layer) -> str:
        """The layer's own name, else its kind and a number; a name that is taken gets a number too."""
        if layer.name:
            self._names[layer.name] += 1
            times = self._names[layer.name]
            self.current = layer.name if times == 1 else f"{layer.name}-{times}"
        else:
            self._counts[layer.stem] += 1
            self.current = f"{layer.stem}{self._counts[layer.stem]}"
        return self.current


def _seen(layer: Layer, place: Place, shape: Shape) -> tuple[Axis, Axis]:
    """What the units of ``shape`` see along both axes; flattening changes nothing."""
    if len(place.shape) != 3 or not (len(shape) == 3 or layer.sees_all):
        return place.axes
    first, second = (_along(layer, place, shape, axis=axis) for axis in (0, 1))
    return first, second


def _along(layer: Layer, place: Place, shape: Shape, *, axis: int) -> Axis:
    before = place.axes[axis]
    if layer.sees_all:
        return before.whole()
    if isinstance(layer, AdaptivePool):
        return _adaptive(before, place.shape[1 + axis], layer.size)
    return before.through(layer.window(place.shape), shape[1 + axis])


def _adaptive(axis: Axis, count: int, size: int) -> Axis:
    """``size`` windows over ``count`` units; where they are not all equal, the largest and the mean jump are told."""
    if size == 1:
        return axis.whole()
    widest = max(-(-(i + 1) * count // size) - i * count // size for i in range(size))
    return Axis(axis.start, axis.size + (widest - 1) * axis.jump, max(1, axis.jump * count // size), axis.stop)


def _join(layer: Branches, name: str, shapes: list[Shape]) -> Shape:
    """Shape of the sum or the concatenation of paths that end in ``shapes``."""
    first, *others = shapes
    if layer.join == "add":
        wrong = next((shape for shape in others if shape != first), None)
        if wrong:
            raise StackError(f"{name} can't add {_times(first)} and {_times(wrong)}: {_shortcut(first, wrong)}")
        return first
    wrong = next((shape for shape in others if shape[1:] != first[1:]), None)
    if wrong:
        sizes = f"{_times(first)} and {_times(wrong)}"
        raise StackError(f"{name} can't stack {sizes}: give the branches equal strides and fitting padding")
    return (sum(shape[0] for shape in shapes), *first[1:])


def _times(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _shortcut(inner: Shape, short: Shape) -> str:
    """How both would come to the same shape: mostly a 1×1 convolution on the shortcut."""
    if len(inner) != 3 or len(short) != 3:
        return "make them equal"
    stride = max(1, round(short[1] / inner[1]))
    if any(-(-there // stride) != here for here, there in zip(inner[1:], short[1:], strict=True)):
        return "make height and width equal, by padding (p1 for 3×3) or strides"
    return f"try shortcut {{ conv {inner[0]} 1{f' s{stride}' if stride > 1 else ''} }}"
