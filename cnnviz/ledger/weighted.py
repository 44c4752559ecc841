"""The layers that have parameters: convolutions, linear layers, batch norm, gates, LeNet's own."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from cnnviz.ledger.layers import Layer, Shape, StackError, Window, map_shape, slide, with_window


@dataclass(frozen=True)
class Conv(Layer):
    """Convolution with ``out`` square kernels.

    ``out C/g k² + out`` parameters and ``out C/g k² H' W'`` multiply-adds for C channels in g groups. ``groups`` 0
    means one for each channel that comes in (depthwise), ``out`` 0 as many as come in.
    """

    kind: ClassVar[str] = "conv"
    stem: ClassVar[str] = "conv"
    out: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = True

    def window(self, shape: Shape) -> Window:  # noqa: ARG002
        """Its square window."""
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def output(self, shape: Shape) -> Shape:
        """(out, H', W')."""
        channels, height, width = map_shape(shape)
        out, groups = self.out or channels, self.groups or channels
        if channels % groups or out % groups:
            raise StackError(f"has {groups} groups, which must divide both {channels} channels in and {out} out")
        return (out, *(slide(size, self.window(shape)) for size in (height, width)))

    def _weights(self, channels: int) -> int:
        return (self.out or channels) * channels // (self.groups or channels) * self.kernel**2

    def params(self, shape: Shape) -> int:
        """Weights and biases."""
        return self._weights(shape[0]) + self.bias * (self.out or shape[0])

    def macs(self, shape: Shape) -> int:
        """Every weight once for each output place."""
        _, height, width = self.output(shape)
        return self._weights(shape[0]) * height * width

    @property
    def source(self) -> str:
        """Window, number of kernels and groups."""
        words = [with_window(self.kernel, self.window(()))]
        words += [str(self.out)] if self.out else []
        words += ["depthwise"] if self.groups == 0 else [f"{self.groups} groups"] if self.groups > 1 else []
        words += [] if self.bias else ["no bias"]
        return ", ".join([words[0].split(", ")[0], *words[1:2], *words[0].split(", ")[1:], *words[2:]])


@dataclass(frozen=True)
class PartialConv(Layer):
    """Convolution of which each kernel sees only the channels that ``table`` lists (LeNet-5's C3)."""

    kind: ClassVar[str] = "conv"
    stem: ClassVar[str] = "conv"
    kernel: int
    table: tuple[tuple[int, ...], ...]

    def window(self, shape: Shape) -> Window:  # noqa: ARG002
        """Its square window."""
        return Window(self.kernel)

    def output(self, shape: Shape) -> Shape:
        """(kernels, H', W')."""
        channels, height, width = map_shape(shape)
        needed = max(map(max, self.table)) + 1
        if channels < needed:
            raise StackError(f"lists channel {needed - 1}, but only 0 to {channels - 1} come in")
        return (len(self.table), *(slide(size, self.window(shape)) for size in (height, width)))

    def params(self, shape: Shape) -> int:  # noqa: ARG002
        """One kernel per listed channel, one bias per output channel."""
        return sum(map(len, self.table)) * self.kernel**2 + len(self.table)

    def macs(self, shape: Shape) -> int:
        """Every weight once for each output place."""
        _, height, width = self.output(shape)
        return sum(map(len, self.table)) * self.kernel**2 * height * width

    @property
    def source(self) -> str:
        """Window, number of kernels and of connections."""
        return f"{self.kernel}×{self.kernel}, {len(self.table)}, {sum(map(len, self.table))} connections"


@dataclass(frozen=True)
class Subsample(Layer):
    """LeNet-5's pooling: the sum of each window, times one trained number per channel, plus another."""

    kind: ClassVar[str] = "pool"
    stem: ClassVar[str] = "pool"
    kernel: int = 2

    def window(self, shape: Shape) -> Window:  # noqa: ARG002
        """Windows that do not overlap."""
        return Window(self.kernel, self.kernel)

    def output(self, shape: Shape) -> Shape:
        """(C, H', W')."""
        channels, height, width = map_shape(shape)
        return (channels, *(slide(size, self.window(shape)) for size in (height, width)))

    def params(self, shape: Shape) -> int:
        """A factor and a bias per channel."""
        return 2 * shape[0]

    @property
    def source(self) -> str:
        """Its window."""
        return f"trained, {with_window(self.kernel, self.window(()))}"


@dataclass(frozen=True)
class Linear(Layer):
    """Fully connected layer; a map is flattened first."""

    kind: ClassVar[str] = "linear"
    stem: ClassVar[str] = "fc"
    sees_all: ClassVar[bool] = True
    out: int
    bias: bool = True

    def output(self, shape: Shape) -> Shape:  # noqa: ARG002
        """(out,)."""
        return (self.out,)

    def params(self, shape: Shape) -> int:
        """One weight per pair of input and output, one bias per output."""
        return self.out * (prod(shape) + self.bias)

    def macs(self, shape: Shape) -> int:
        """Every weight once."""
        return self.out * prod(shape)

    @property
    def source(self) -> str:
        """How many outputs."""
        return f"{self.out}{'' if self.bias else ', no bias'}"


@dataclass(frozen=True)
class RadialBasis(Layer):
    """LeNet-5's output: squared distances to ``out`` fixed patterns. Nothing is trained, no multiply-add counted."""

    kind: ClassVar[str] = "linear"
    stem: ClassVar[str] = "rbf"
    sees_all: ClassVar[bool] = True
    out: int

    def output(self, shape: Shape) -> Shape:  # noqa: ARG002
        """(out,)."""
        return (self.out,)

    @property
    def source(self) -> str:
        """How many patterns."""
        return f"{self.out}, fixed"


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalization: γ and β for each channel (the running mean and variance are not trained)."""

    kind: ClassVar[str] = "norm"
    stem: ClassVar[str] = "bn"

    def params(self, shape: Shape) -> int:
        """γ and β."""
        return 2 * shape[0]

    @property
    def source(self) -> str:
        """What it is."""
        return "batch"


@dataclass(frozen=True)
class SqueezeExcite(Layer):
    """Channel weights from a global mean: linear to ``squeeze`` numbers, linear back, gate (Hu et al. 2018)."""

    kind: ClassVar[str] = "gate"
    stem: ClassVar[str] = "se"
    squeeze: int

    def output(self, shape: Shape) -> Shape:
        """As it came in."""
        return map_shape(shape)

    def params(self, shape: Shape) -> int:
        """Both linear layers with their biases."""
        return 2 * shape[0] * self.squeeze + self.squeeze + shape[0]

    def macs(self, shape: Shape) -> int:
        """Both linear layers; scaling the map is not counted."""
        return 2 * shape[0] * self.squeeze

    @property
    def source(self) -> str:
        """The width in the middle."""
        return f"squeeze-excite, {self.squeeze}"
