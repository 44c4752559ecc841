"""The networks whose ledgers can be read: one file per family in :mod:`cnnviz.ledger.architectures`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.ledger.layers import Layer
from cnnviz.registry import Registry


@dataclass(frozen=True)
class Published:
    """A number that somebody printed: what they counted and where."""

    value: float
    source: str


@dataclass(frozen=True)
class Architecture:
    """A network as a stack of layers, for an input (C, H, W).

    ``published`` has printed totals under ``"params"`` and ``"macs"``; they may be rounded. ``notes`` says what differs
    between the forms that go by the same name.
    """

    name: str
    title: str
    summary: str
    reference: str
    input: tuple[int, int, int]
    layers: tuple[Layer, ...]
    published: Mapping[str, Published] = field(default_factory=dict)
    notes: str = ""
    order: int = 1000


ARCHITECTURES: Registry[Architecture] = Registry("architecture", "cnnviz.ledger.architectures")
