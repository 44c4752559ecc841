"""What would make a window fit: other padding, another stride, an input a little smaller or larger."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.arithmetic.sizes import Fit, Pair, Sizes


@dataclass(frozen=True)
class Remedy:
    """One change that makes both axes fit: the new ``padding`` (before, after), ``stride`` and ``n`` of each axis.

    ``kind`` names what changes: ``padding`` (alike on both sides), ``uneven padding``, ``stride`` or ``input``.
    """

    kind: str
    n: Pair
    stride: Pair
    padding: tuple[Pair, Pair]


def remedies(found: Sizes) -> list[Remedy]:
    """The least changes of each kind, none if it fits; an axis that fits stays as it is."""
    if found.fits:
        return []
    axes = (found.rows, found.columns)
    listed = [_padding(axes), _uneven_padding(axes), *_inputs(axes), *_strides(axes)]
    return [remedy for remedy in listed if remedy is not None]


def _changed(kind: str, axes: tuple[Fit, Fit], **change: tuple[object, object]) -> Remedy:
    now: dict[str, tuple[object, object]] = {
        "n": (axes[0].n, axes[1].n),
        "stride": (axes[0].window.stride, axes[1].window.stride),
        "padding": (axes[0].padding, axes[1].padding),
    }
    return Remedy(kind, **(now | change))  # type: ignore[arg-type]


def _padding(axes: tuple[Fit, Fit]) -> Remedy | None:
    wanted = [axis.padding if axis.fits else axis.symmetric for axis in axes]
    if None in wanted:
        return None
    pairs = [(w, w) if isinstance(w, int) else w for w in wanted]
    return _changed("padding", axes, padding=(pairs[0], pairs[1]))


def _uneven_padding(axes: tuple[Fit, Fit]) -> Remedy | None:
    pairs = [axis.padding if axis.fits else axis.asymmetric for axis in axes]
    if all(before == after for before, after in pairs):
        return None
    return _changed("uneven padding", axes, padding=(pairs[0], pairs[1]))


def _inputs(axes: tuple[Fit, Fit]) -> list[Remedy]:
    """The next smaller and the next larger input; where no window fits, the least that takes one."""
    rooms = [(axis.padded - axis.window.extent, axis.window.stride) for axis in axes]
    smaller = [axis.n - room % stride for axis, (room, stride) in zip(axes, rooms, strict=True)]
    larger = [axis.n + max(-room, -room % stride) for axis, (room, stride) in zip(axes, rooms, strict=True)]
    sizes = [larger] if min(room for room, _ in rooms) < 0 or min(smaller) < 1 else [smaller, larger]
    return [_changed("input", axes, n=(n[0], n[1])) for n in sizes]


def _strides(axes: tuple[Fit, Fit]) -> list[Remedy]:
    """The nearest stride below and above, the same for both axes if they have the same now."""
    if any(axis.padded < axis.window.extent for axis in axes):
        return []
    if axes[0].window.stride != axes[1].window.stride:
        nearest = [max((s for s in a.strides if s <= a.window.stride), default=1) for a in axes]
        return [_changed("stride", axes, stride=(nearest[0], nearest[1]))]
    now = axes[0].window.stride
    shared = [s for s in axes[0].strides if s in axes[1].strides]
    below, above = [s for s in shared if s < now][-1:], [s for s in shared if s > now][:1]
    return [_changed("stride", axes, stride=(s, s)) for s in below + above]
