"""The networks that can be trained live.

    from cnnviz.training.networks import defaults, spec_of, trainable
    [network.title for network in trainable()]
    spec_of(defaults("lenet5")).build(10)  # an untrained module

Reading the list imports no torch, building one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.training.config import BadConfig, Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable

if TYPE_CHECKING:
    from cnnviz.models.registry import Spec

__all__ = ["TRAINABLE", "Trainable", "defaults", "spec_of", "trainable"]


def trainable() -> tuple[Trainable, ...]:
    """All of them, in the order of a menu."""
    return tuple(TRAINABLE.values())


def defaults(network: str) -> Config:
    """Settings with which ``network`` learns well. Raises :class:`BadConfig` for a name that is none."""
    return _named(network).defaults


def spec_of(config: Config) -> Spec:
    """How to build the network of ``config`` and how to feed it; imports torch.

    Raises :class:`BadConfig` for an unknown name, and for a stack that cannot be read or is too large.
    """
    return _named(config.network).spec(config)


def _named(network: str) -> Trainable:
    if network not in TRAINABLE:
        raise BadConfig(f"no network is called {network[:20]!r}; there are: {', '.join(TRAINABLE)}"[:140])
    return TRAINABLE[network]
