"""Small sums about networks: one large kernel or several small, a 1×1 reduction, ten samples per parameter.

Plain numbers in, plain numbers out; a *weight* is counted without bias, a *parameter* with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class BadComparison(ValueError):
    """A comparison that cannot be made; the message says which numbers can."""


@dataclass(frozen=True)
class Kernels:
    """One ``large``×``large`` convolution beside ``layers`` of 3×3 that see as much; ``channels`` in and out of each.

    Simonyan & Zisserman 2015, §2.3, https://arxiv.org/abs/1409.1556: 49C² weights against 27C².
    """

    large: int
    channels: int
    biases: bool

    @property
    def layers(self) -> int:
        """How many 3×3 layers have the field of the large kernel: each adds 2."""
        return (self.large - 1) // 2

    @property
    def field(self) -> int:
        """The receptive field of the stack: 1 + 2 per layer."""
        return 1 + 2 * self.layers

    @property
    def large_parameters(self) -> int:
        """k²·C² weights, and C biases if counted."""
        return self.channels * (self.large**2 * self.channels + self.biases)

    @property
    def small_parameters(self) -> int:
        """n·(9·C² weights, and C biases if counted)."""
        return self.layers * self.channels * (9 * self.channels + self.biases)

    @property
    def saved(self) -> float:
        """The share of parameters that the small kernels save; 0.28 for 5×5."""
        return 1 - self.small_parameters / self.large_parameters

    @property
    def nonlinearities(self) -> int:
        """ReLUs of the stack; the single layer has one."""
        return self.layers


def kernels(large: int, *, channels: int = 1, biases: bool = False) -> Kernels:
    """Compare; raises :class:`BadComparison` unless ``large`` is odd and at least 3, and there is a channel."""
    if large < 3 or large % 2 == 0:
        raise BadComparison(f"3×3 layers cannot see {large}×{large} exactly; choose an odd kernel of 3 or more.")
    if channels < 1:
        raise BadComparison("A layer has at least one channel; choose 1 or more.")
    return Kernels(large, channels, biases)


@dataclass(frozen=True)
class Reduction:
    """A ``kernel``×``kernel`` convolution, ``inputs`` to ``outputs`` channels, directly or after a 1×1 to ``reduced``.

    ``size`` is the side of the map. Szegedy et al. 2015 (GoogLeNet), figure 2b, https://arxiv.org/abs/1409.4842.
    Biases are counted as parameters; they cost no multiplication.
    """

    inputs: int
    reduced: int
    outputs: int
    kernel: int
    size: int

    @property
    def direct_parameters(self) -> int:
        """(k²·C + 1)·O."""
        return (self.kernel**2 * self.inputs + 1) * self.outputs

    @property
    def reduced_parameters(self) -> int:
        """(C + 1)·R + (k²·R + 1)·O."""
        return (self.inputs + 1) * self.reduced + (self.kernel**2 * self.reduced + 1) * self.outputs

    @property
    def direct_macs(self) -> int:
        """k²·C·O at each of size² places."""
        return self.size**2 * self.kernel**2 * self.inputs * self.outputs

    @property
    def reduced_macs(self) -> int:
        """(C·R + k²·R·O) at each of size² places."""
        return self.size**2 * self.reduced * (self.inputs + self.kernel**2 * self.outputs)

    @property
    def saving(self) -> float:
        """How many times less work the reduced form is; below 1 it is more."""
        return self.direct_macs / self.reduced_macs

    @property
    def break_even(self) -> float:
        """The number of reduced channels at which nothing is saved: k²·C·O / (C + k²·O)."""
        squared = self.kernel**2
        return squared * self.inputs * self.outputs / (self.inputs + squared * self.outputs)


def fully_connected_share(rows: Iterable[tuple[str, int]]) -> float:
    """The share of the parameters that lies in fully connected layers, from pairs of kind and parameters.

    0 for a network without parameters. VGG-16: 0.894.
    """
    every = [(kind, count) for kind, count in rows]
    total = sum(count for _, count in every)
    return sum(count for kind, count in every if kind == "linear") / total if total else 0.0


@dataclass(frozen=True)
class Samples:
    """What the rule of ten asks for: ten samples per parameter; beside the ``available`` ones."""

    parameters: int
    available: int

    @property
    def needed(self) -> int:
        """Ten per parameter."""
        return 10 * self.parameters

    @property
    def ratio(self) -> float:
        """Available over needed: 0.002 for AlexNet and 1.2 million images."""
        return self.available / self.needed if self.parameters else float("inf")
