"""What an attribution method is, and the registry of them. No torch at import.

An attribution says for each number of the input how the score of a class depends on it. captum computes it, on a
private copy of the network: its hooks and gradients never touch the one that is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn


class BadAttribution(ValueError):
    """An attribution that this network does not allow. The message says which does."""


@dataclass(frozen=True)
class Part:
    """An attribution on its way: ``progress`` 0…1, and ``values`` ``(1, 3, h, w)`` if there is a better map by now."""

    progress: float
    values: Tensor | None = None


@dataclass(frozen=True)
class Asked:
    """What is explained: normalized ``inputs`` ``(1, 3, h, w)``, the class, and what a method may need besides.

    ``baseline`` is the input without information, of the same shape; ``draw`` seeds what is random.
    """

    inputs: Tensor
    target: int
    baseline: Tensor
    seed: int = 0


def _fits_all(_model: nn.Module) -> str:
    return ""


@dataclass(frozen=True)
class Method:
    """One way to attribute a score to pixels.

    ``parts(model, asked)`` yields :class:`Part`; the last has progress 1 and values. ``signed`` tells whether the three
    colours are added (a map of what speaks for and against) or the largest magnitude of the three is kept. ``complete``
    methods add up to the difference between the score and the baseline's. ``shows`` and ``hides`` are one line each:
    what it can and cannot tell. ``passes`` is its cost in forward and backward passes. ``rewritten`` asks for a copy
    whose activations are modules (:mod:`cnnviz.attribution.modules`); ``refuse`` says why a network does not fit.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    shows: str
    hides: str
    passes: int
    parts: Callable[[nn.Module, Asked], Iterator[Part]]
    signed: bool = False
    complete: bool = False
    rewritten: bool = False
    refuse: Callable[[nn.Module], str] = _fits_all
    order: int = 1000


ATTRIBUTIONS: Registry[Method] = Registry("attribution", "cnnviz.attribution")
