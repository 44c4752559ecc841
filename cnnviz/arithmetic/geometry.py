"""How a kernel moves, worked out for given shapes: sizes, terms and multiply-adds, before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.arithmetic.padding import BadConvolution, Sides, per_axis, sides

Pair = tuple[int, int]


@dataclass(frozen=True)
class Setting:
    """How the kernel moves; the defaults are torch's.

    ``stride``, ``dilation`` and ``output_padding`` are one number, or one per axis. ``padding`` is what
    :func:`cnnviz.arithmetic.padding.sides` takes. With ``flip`` the kernel is turned by 180° first: true convolution,
    where deep learning computes cross-correlation. ``transposed`` lets every input cell stamp the kernel into the
    output; there ``padding`` is what is cut off.
    """

    stride: int | Sequence[int] = 1
    padding: str | int | Sequence[Any] = 0
    padding_mode: str = "zeros"
    dilation: int | Sequence[int] = 1
    groups: int = 1
    flip: bool = False
    transposed: bool = False
    output_padding: int | Sequence[int] = 0


@dataclass(frozen=True)
class Geometry:
    """A setting worked out for arrays of given shapes, always with two axes: in 1-D the first is of size 1."""

    axes: int
    channels: int
    filters: int
    groups: int
    input: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    sides: tuple[Pair, Pair]
    output_padding: Pair
    output: Pair
    transposed: bool

    @property
    def terms(self) -> int:
        """Products in the sum of one output number: channels per group times kernel cells."""
        return self.channels // self.groups * math.prod(self.kernel)

    @property
    def macs(self) -> int:
        """Multiply-adds of one picture, zeros of the border included; transposed: each input cell's stamps."""
        if self.transposed:
            return math.prod(self.input) * self.channels * self.filters // self.groups * math.prod(self.kernel)
        return math.prod(self.output) * self.filters * self.terms

    @property
    def computed(self) -> int:
        """Multiply-adds that :func:`convolve` spends: a transposed convolution also meets the zeros it inserts."""
        return math.prod(self.output) * self.filters * self.terms

    @property
    def numbers(self) -> int:
        """Numbers held at once: the padded input (or the stretched one) and the output."""
        stretched = [
            (n - 1) * s + 1 + 2 * d * (k - 1) if self.transposed else n + sum(p)
            for n, s, d, k, p in zip(self.input, self.stride, self.dilation, self.kernel, self.sides, strict=True)
        ]
        return self.channels * math.prod(stretched) + self.filters * math.prod(self.output)


def work_out(x: Sequence[int], w: Sequence[int], setting: Setting | None = None) -> Geometry:
    """The geometry of an input of shape ``x`` under a kernel of shape ``w``; nothing is computed.

    Output size per axis: ⌊(n + before + after − e) / s⌋ + 1 with e = d(k − 1) + 1; transposed
    (n − 1)s − before − after + e + output padding. Raises :class:`BadConvolution` with the fix if they do not fit.
    """
    setting = setting or Setting()
    axes, channels, filters = _channels(x, w, setting)
    size, kernel = tuple(x[-axes:]), tuple(w[-axes:])
    stride, dilation = (per_axis(getattr(setting, name), axes, name) for name in ("stride", "dilation"))
    extra = per_axis(setting.output_padding, axes, "output padding", low=0)
    around = sides(setting.padding, kernel, dilation)
    _check_setting(setting, stride, dilation, extra)
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    added = [before + after for before, after in around]
    if setting.transposed:
        output = [(n - 1) * s - p + e + o for n, s, p, e, o in zip(size, stride, added, extent, extra, strict=True)]
        if min(output) < 1:
            raise BadConvolution(f"nothing is left of the output ({written(output)}); cut less off: lower the padding")
    else:
        _check_fit(size, extent, around)
        output = [(n + p - e) // s + 1 for n, s, p, e in zip(size, stride, added, extent, strict=True)]
    return Geometry(
        axes,
        channels,
        filters,
        setting.groups,
        input=_pair(size),
        kernel=_pair(kernel),
        stride=_pair(stride),
        dilation=_pair(dilation),
        sides=(around[0], around[1]) if axes == 2 else ((0, 0), around[0]),
        output_padding=_pair(extra, first=0),
        output=_pair(output),
        transposed=setting.transposed,
    )


def written(size: Sequence[int]) -> str:
    """A size as it is read: 5×5."""
    return "×".join(map(str, size))


def _channels(x: Sequence[int], w: Sequence[int], setting: Setting) -> tuple[int, int, int]:
    """Axes that the kernel slides along, channels, filters; checks that the ranks go together."""
    if not 1 <= len(w) <= 4:
        raise BadConvolution(f"the kernel has rank {len(w)}; give 1 or 2, or with channels 3 (1-D) or 4 (2-D)")
    axes = 2 - len(w) % 2
    (groups,) = per_axis(setting.groups, 1, "groups")
    if len(x) < axes:
        raise BadConvolution(f"a {axes}-D kernel needs an input of {axes} axes, not {len(x)}; add an axis")
    if len(w) <= 2:
        if groups > 1:
            raise BadConvolution(f"{groups} groups need channels; give the kernel as (filters, channels / groups, …)")
        return axes, 1, 1
    if len(x) > axes + 2:
        raise BadConvolution(f"the input has rank {len(x)}; give {axes + 1} axes, or {axes + 2} with a batch")
    channels = 1 if len(x) == axes else x[-axes - 1]
    filters = w[1] * groups if setting.transposed else w[0]
    wanted = w[0] if setting.transposed else w[1] * groups
    if channels % groups or filters % groups:
        raise BadConvolution(f"{groups} groups do not divide {channels} channels and {filters} filters; change one")
    if channels != wanted:
        raise BadConvolution(f"the kernel is for {wanted} channels and the input has {channels}; make them equal")
    return axes, channels, filters


def _check_setting(setting: Setting, stride: Sequence[int], dilation: Sequence[int], extra: Sequence[int]) -> None:
    if setting.padding == "same" and max(stride) > 1:
        raise BadConvolution("padding “same” is for stride 1; set the stride to 1 or give the padding as a number")
    if not setting.transposed and max(extra) > 0:
        raise BadConvolution("output padding is for transposed convolution; set it to 0")
    if setting.transposed and setting.padding_mode != "zeros":
        raise BadConvolution("a transposed convolution cuts its border off; set the padding mode to zeros")
    for s, d, o in zip(stride, dilation, extra, strict=True):
        if o >= max(s, d):
            raise BadConvolution(f"output padding {o} must be below the stride or the dilation ({max(s, d)}); lower it")


def _check_fit(size: Sequence[int], extent: Sequence[int], around: Sides) -> None:
    missing = [e - n - sum(p) for n, p, e in zip(size, around, extent, strict=True)]
    if max(missing) > 0:
        enough = max(max(p) + -(-m // 2) for p, m in zip(around, missing, strict=True) if m > 0)
        spans, room = written(extent), written([n + sum(p) for n, p in zip(size, around, strict=True)])
        raise BadConvolution(f"a kernel spanning {spans} does not fit into {room}; raise padding to at least {enough}")


def _pair(values: Sequence[int], *, first: int = 1) -> Pair:
    """Two axes; ``first`` is what a 1-D arrangement has along the axis that it lacks."""
    return (first, values[0]) if len(values) == 1 else (values[0], values[1])
