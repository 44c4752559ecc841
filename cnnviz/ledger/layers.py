"""The layers that a stack is made of: plain records that know their output, their parameters and their window.

A shape is ``(C, H, W)`` or, after flattening, ``(N,)``; there is no batch axis. Every record takes a ``name``, which is
shown instead of the counted one (``C1`` instead of ``conv1``). Layers with weights are in
:mod:`cnnviz.ledger.weighted`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Literal, NamedTuple

Shape = tuple[int, ...]
Join = Literal["add", "concat", "aside"]


class StackError(ValueError):
    """A stack that can't be read or does not fit together. The message is one sentence that tells the fix."""


class TooSmallError(StackError):
    """A window is larger than the map it gets; :func:`cnnviz.ledger.ledger` adds how large the input must be."""


class Window(NamedTuple):
    """Where one output comes from along one axis: ``kernel`` taps, ``dilation`` apart, moved by ``stride``."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def extent(self) -> int:
        """How many input places the window spans: ``dilation (kernel - 1) + 1``."""
        return self.dilation * (self.kernel - 1) + 1


POINT = Window(1)


@dataclass(frozen=True)
class Layer:
    """What all layers have in common; on its own it hands on what it gets.

    ``kind`` groups layers in tables, ``stem`` is what their counted names begin with. ``stores`` says whether its
    output takes memory of its own: flattening is a view, dropout does nothing at test time, activations work in place.
    ``sees_all`` marks layers of which every output sees the whole map.
    """

    kind: ClassVar[str] = "layer"
    stem: ClassVar[str] = "layer"
    stores: ClassVar[bool] = True
    sees_all: ClassVar[bool] = False
    name: str = field(default="", kw_only=True)

    def window(self, shape: Shape) -> Window:  # noqa: ARG002 (adaptive layers need it)
        """The window that one output sees; ``POINT`` for layers that work on each place alone."""
        return POINT

    def output(self, shape: Shape) -> Shape:
        """Shape of what comes out; raises :class:`StackError` if ``shape`` can't come in."""
        return shape

    def params(self, shape: Shape) -> int:  # noqa: ARG002
        """Trainable numbers."""
        return 0

    def macs(self, shape: Shape) -> int:  # noqa: ARG002
        """Multiply-adds for one picture, without those of a bias."""
        return 0

    @property
    def source(self) -> str:
        """What to show of its settings: ``3×3, 64, stride 2``."""
        return ""


def map_shape(shape: Shape) -> tuple[int, int, int]:
    """``shape`` as (C, H, W); a flattened one is refused."""
    if len(shape) != 3:
        raise StackError(f"gets {shape[0]} numbers without height and width; put it before the flatten or fc layer")
    channels, height, width = shape
    return channels, height, width


def slide(size: int, window: Window, *, round_up: bool = False) -> int:
    """How many places a window has along an axis of ``size``, as PyTorch counts.

    ``floor((size + 2 padding - extent) / stride) + 1``; with ``round_up`` (pooling's ceil mode) the last window may
    hang over the end, but must begin inside the input or its padding on the near side.
    """
    room = size + 2 * window.padding - window.extent
    count = (-(-room // window.stride) if round_up else room // window.stride) + 1
    if count < 1:
        raise TooSmallError(f"puts a window of {window.extent}×{window.extent} on a smaller map")
    return count - (round_up and (count - 1) * window.stride >= size + window.padding)


def with_window(size: int, window: Window) -> str:
    """The settings of a window in words, the usual ones left out."""
    words = [f"{size}×{size}"]
    words += [f"stride {window.stride}"] if window.stride != 1 else []
    words += [f"padding {window.padding}"] if window.padding else []
    words += [f"dilation {window.dilation}"] if window.dilation != 1 else []
    return ", ".join(words)


@dataclass(frozen=True)
class Pool(Layer):
    """The largest, mean or root-mean-square (``lp``) of each window; ``stride`` 0 means as wide as the window."""

    kind: ClassVar[str] = "pool"
    stem: ClassVar[str] = "pool"
    mode: Literal["max", "average", "lp"]
    kernel: int
    stride: int = 0
    padding: int = 0
    ceil: bool = False

    def window(self, shape: Shape) -> Window:  # noqa: ARG002
        """Its square window."""
        return Window(self.kernel, self.stride or self.kernel, self.padding)

    def output(self, shape: Shape) -> Shape:
        """(C, H', W')."""
        channels, height, width = map_shape(shape)
        if 2 * self.padding > self.kernel:
            raise StackError(f"pads {self.padding}; a window of {self.kernel} allows {self.kernel // 2} at most")
        window = self.window(shape)
        return (channels, *(slide(size, window, round_up=self.ceil) for size in (height, width)))

    @property
    def source(self) -> str:
        """Mode and window."""
        return f"{self.mode} {with_window(self.kernel, self.window(()))}{', ceil' if self.ceil else ''}"


@dataclass(frozen=True)
class AdaptivePool(Layer):
    """Pooling to ``size`` × ``size`` whatever comes in; 1 is global pooling.

    Output i covers the places ``floor(i H / size)`` to ``ceil((i + 1) H / size)``.
    """

    kind: ClassVar[str] = "pool"
    size: int = 1
    mode: Literal["average", "max"] = "average"

    @property
    def stem(self) -> str:  # type: ignore[override]
        """Global, or adaptive."""
        return "global" if self.size == 1 else "adaptive"

    def output(self, shape: Shape) -> Shape:
        """(C, size, size)."""
        return (map_shape(shape)[0], self.size, self.size)

    @property
    def source(self) -> str:
        """Global, or the size it makes."""
        return f"global {self.mode}" if self.size == 1 else f"{self.mode} to {self.size}×{self.size}"


@dataclass(frozen=True)
class Flatten(Layer):
    """The map as one row of numbers."""

    kind: ClassVar[str] = "flatten"
    stem: ClassVar[str] = "flatten"
    stores: ClassVar[bool] = False
    sees_all: ClassVar[bool] = True

    def output(self, shape: Shape) -> Shape:
        """(C · H · W,)."""
        return (prod(shape),)


@dataclass(frozen=True)
class LRN(Layer):
    """Local response normalization across ``size`` neighbouring channels (Krizhevsky 2012, section 3.3)."""

    kind: ClassVar[str] = "norm"
    stem: ClassVar[str] = "lrn"
    size: int = 5

    @property
    def source(self) -> str:
        """How many channels."""
        return f"local response, {self.size} channels"


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number: relu, tanh, silu and the like."""

    kind: ClassVar[str] = "activation"
    stores: ClassVar[bool] = False
    function: str = "relu"

    @property
    def stem(self) -> str:  # type: ignore[override]
        """Named after its function: the first relu6 is relu1."""
        return self.function.rstrip("0123456789")

    @property
    def source(self) -> str:
        """Its function."""
        return self.function


@dataclass(frozen=True)
class Dropout(Layer):
    """Drops each number with probability ``rate`` while training; does nothing at test time."""

    kind: ClassVar[str] = "dropout"
    stem: ClassVar[str] = "dropout"
    stores: ClassVar[bool] = False
    rate: float = 0.5

    @property
    def source(self) -> str:
        """How much is dropped."""
        return f"{self.rate:g}"


@dataclass(frozen=True)
class Identity(Layer):
    """He's parameter-free shortcut (option A): every ``stride``-th place, zero channels added up to ``out``."""

    kind: ClassVar[str] = "shortcut"
    stem: ClassVar[str] = "identity"
    out: int
    stride: int = 1

    def window(self, shape: Shape) -> Window:  # noqa: ARG002
        """One place."""
        return Window(1, self.stride)

    def output(self, shape: Shape) -> Shape:
        """(out, H', W')."""
        channels, height, width = map_shape(shape)
        if self.out < channels:
            raise StackError(f"can only add channels: {channels} come in, so ask for {channels} or more")
        return (self.out, *(slide(size, self.window(shape)) for size in (height, width)))

    @property
    def source(self) -> str:
        """Channels and stride."""
        return f"zeros up to {self.out}, stride {self.stride}"


@dataclass(frozen=True)
class Branches(Layer):
    """Paths that begin at the same map and are joined: added (residual), concatenated, or left ``aside``.

    An empty path hands the map on. ``aside`` is an auxiliary classifier: it is computed, but what follows does not
    see it.
    """

    join: Join
    branches: tuple[tuple[Layer, ...], ...]

    @property
    def kind(self) -> str:  # type: ignore[override]
        """How it joins."""
        return self.join

    @property
    def stem(self) -> str:  # type: ignore[override]
        """How it joins."""
        return self.join

    @property
    def source(self) -> str:
        """How many paths."""
        return f"{len(self.branches)} paths"
