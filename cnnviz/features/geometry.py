"""Which pixels a unit sees: exact, for any network, read off the graph that autograd keeps of one forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.models import Network

ALL = 1 << 20  # more pixels than any picture has along a side


@dataclass(frozen=True)
class Axis:
    """Along one axis, unit ``i`` sees the ``size`` pixels from ``start + jump · i`` on."""

    jump: int = 1
    start: int = 0
    size: int = 1

    def through(self, kernel: int, *, stride: int, padding: int, dilation: int = 1) -> Axis:
        """The same in what came before a window of ``kernel`` that moves by ``stride``."""
        reach = (self.size - 1) * stride + dilation * (kernel - 1) + 1
        return Axis(self.jump * stride, self.start * stride - padding, reach)

    def union(self, other: Axis) -> Axis:
        """What both paths of a block see together; they have the same jump."""
        start = min(self.start, other.start)
        return Axis(max(self.jump, other.jump), start, max(self.end, other.end) - start)

    @property
    def end(self) -> int:
        """One behind the last pixel that unit 0 sees."""
        return self.start + self.size


WHOLE = Axis(0, -ALL, 2 * ALL)


@dataclass(frozen=True)
class Field:
    """The receptive field of a layer's units, in pixels of what the network sees of a picture."""

    rows: Axis
    columns: Axis

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Top, left, height and width of what the unit at ``(row, column)`` sees; outside the picture is padding."""
        top, left = (axis.start + axis.jump * k for axis, k in ((self.rows, row), (self.columns, column)))
        return top, left, self.rows.size, self.columns.size

    def inside(self, row: int, column: int, *, view: tuple[int, int]) -> tuple[int, int, int, int]:
        """The part of :meth:`box` within a picture of ``view`` (height, width)."""
        top, left, height, width = self.box(row, column)
        up, across = max(0, top), max(0, left)
        return up, across, max(0, min(top + height, view[0]) - up), max(0, min(left + width, view[1]) - across)


_known: WeakKeyDictionary[nn.Module, dict[str, Field]] = WeakKeyDictionary()


def field(network: Network, layer: str) -> Field:
    """What one unit of ``layer`` sees; one forward pass up to it, then remembered.

    Gates that rescale whole maps (squeeze and excitation) are left out: they see everything and move nothing.

    Raises:
        LayerError: no such layer, or the picture doesn't pass through it.
    """
    with network.lock:
        known = _known.setdefault(network.model, {})
        if layer not in known:
            known[layer] = _measured(network, layer)
        return known[layer]


def _measured(network: Network, layer: str) -> Field:
    import torch

    from cnnviz.probe import reach

    side = network.spec.side
    with torch.inference_mode(mode=False), torch.enable_grad():
        picture = torch.zeros(1, 3, side, side, requires_grad=True)
        _, answer = reach(network.model, layer, picture)
        rows, columns = _walk(answer.grad_fn, picture)
    return Field(rows, columns)


Axes = tuple[Axis, Axis]


def _walk(answer: Any, picture: Any) -> Axes:
    """Back from ``answer`` to ``picture``: every node after all that use it, each with what one unit sees of it."""
    seen: dict[Any, Axes | None] = {answer: (Axis(), Axis())}
    for node in _sorted(answer):
        axes = seen.get(node)
        if getattr(node, "variable", None) is picture:
            return axes or (WHOLE, WHOLE)
        if axes is None:
            continue
        for before, _ in node.next_functions:
            if before is not None and _has_maps(before):
                told = _back(node, before, axes)
                known = seen.get(before)
                seen[before] = told if known is None else known if told is None else _union(known, told)
    return WHOLE, WHOLE


def _union(one: Axes, other: Axes) -> Axes:
    return one[0].union(other[0]), one[1].union(other[1])


def _sorted(last: Any) -> list[Any]:
    """All nodes below ``last``, every one before those that it was made from."""
    done: set[Any] = set()
    order: list[Any] = []
    stack: list[tuple[Any, bool]] = [(last, False)]
    while stack:
        node, left = stack.pop()
        if left:
            order.append(node)
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack += [(before, False) for before, _ in node.next_functions if before is not None]
    return order[::-1]


def _back(node: Any, before: Any, axes: Axes) -> Axes | None:
    """What is seen one step before ``node``; None where everything is."""
    name = node.name()
    if name.startswith("Convolution") and not _saved(node, "transposed"):
        return _window(axes, node, kernel=tuple(_saved(node, "weight").shape[2:]))
    if name.startswith(("MaxPool2D", "AvgPool2D")):
        return _window(axes, node, kernel=tuple(_saved(node, "kernel_size")))
    if name.startswith("ConstantPadNd"):
        left, _, up = [*list(_saved(node, "pad")), 0, 0, 0][:3]
        rows, columns = axes
        return Axis(rows.jump, rows.start - up, rows.size), Axis(columns.jump, columns.start - left, columns.size)
    return axes if _size(node) == _size(before) else None


def _window(axes: Axes, node: Any, *, kernel: tuple[int, ...]) -> Axes:
    stride = tuple(_saved(node, "stride")) or kernel
    padding, dilation = tuple(_saved(node, "padding")), tuple(getattr(node, "_saved_dilation", (1, 1)))
    rows, columns = (
        axis.through(int(kernel[k]), stride=int(stride[k]), padding=int(padding[k]), dilation=int(dilation[k]))
        for k, axis in enumerate(axes)
    )
    return rows, columns


def _saved(node: Any, name: str) -> Any:
    """What autograd keeps of an operation: a documented, if underscored, attribute of its node."""
    return getattr(node, f"_saved_{name}")


def _shape(node: Any) -> tuple[int, ...]:
    """The shape of what the operation made; empty for those that keep none."""
    kept: Any = getattr(node, "_input_metadata", ())
    return tuple(int(n) for n in kept[0].shape) if len(kept) else ()


def _size(node: Any) -> tuple[int, ...]:
    return _shape(node)[2:]


def _has_maps(node: Any) -> bool:
    return len(_shape(node)) == 4
