"""The menu of networks that can be trained live: facts and settings here, the module itself where torch is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.registry import Registry
from cnnviz.training.config import Config

if TYPE_CHECKING:
    from cnnviz.models.registry import Spec


@dataclass(frozen=True)
class Trainable:
    """A network for pictures of 32 × 32 pixels.

    ``stack`` is the network as :func:`cnnviz.ledger.parse` reads it, to be shown, counted and edited; empty where it
    has a part that a stack cannot say. ``spec(config)`` imports torch. ``defaults`` are settings with which it learns
    well.
    """

    name: str
    title: str
    summary: str
    reference: str
    spec: Callable[[Config], Spec]
    defaults: Config
    stack: str = ""
    order: int = 1000


TRAINABLE: Registry[Trainable] = Registry("network", "cnnviz.training.networks")


def shipped(config: Config) -> Spec:
    """The spec of a network of :data:`cnnviz.models.NETWORKS`; all of them train as they are."""
    from cnnviz.models import NETWORKS

    return NETWORKS[config.network]


def stacked(config: Config) -> Spec:
    """The spec of a network of this registry that is nothing but its stack."""
    from cnnviz.training.stacks import spec

    item = TRAINABLE[config.network]
    return spec(item.stack, item, own=False)
