"""Settings that give a class something to recognise, per network and objective: found by looking at many pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cnnviz.actmax.expressions import SCORES, Objective

if TYPE_CHECKING:
    from cnnviz.models import Network

SMALL = 64  # networks made for pictures below this side are climbed on a canvas of one and a half times it
LARGE = 128  # the others on one of this side: a third cheaper than 160 pixels, and as much to see
_taken: WeakKeyDictionary[Network, dict[int, bool]] = WeakKeyDictionary()
MAP_PENALTIES, SMALL_PENALTIES, LARGE_PENALTIES = "1*tv", "30*tv + 10*l2", "60*tv + 10*l2"
"""Scores reach 20 to 70 where the mean of a channel reaches 1: what suits one would flatten the other."""


@dataclass(frozen=True)
class Advice:
    """What to begin with: side of the canvas in pixels, jitter, step and penalties, as :func:`climb` takes them.

    ``fixed`` says that the network's scores need pictures of exactly this size.
    """

    size: int
    jitter: str
    rate: float
    penalties: str
    fixed: bool


def advice(network: Network, objectives: Sequence[Objective] = ()) -> Advice:
    """Good settings for climbing ``objectives`` in ``network``, by default a class score.

    On the small networks a canvas of their own size leaves room for one thing, twice that for a crowd of eyes.
    """
    side = network.spec.side
    wished = LARGE if side >= SMALL else side + side // 2
    scores = all(term.layer == SCORES for each in objectives for _, term in each.parts)
    fixed = not takes(network, wished)
    return Advice(
        size=side if fixed else wished,
        jitter="strong" if scores else "usual",
        rate=0.05,
        penalties=(LARGE_PENALTIES if side >= SMALL else SMALL_PENALTIES) if scores else MAP_PENALTIES,
        fixed=fixed,
    )


def takes(network: Network, size: int) -> bool:
    """Whether the network gives scores for pictures of that side: one small forward pass, then remembered."""
    with network.lock:
        known = _taken.setdefault(network, {})
        if size not in known:
            known[size] = _tried(network, size)
        return known[size]


def _tried(network: Network, size: int) -> bool:
    import torch

    try:
        with torch.inference_mode():
            network.model(torch.zeros(1, 3, size, size))
    except (RuntimeError, ValueError, AssertionError):
        return False
    return True
