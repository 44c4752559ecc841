"""Early stopping: stop when the validation loss has not improved for a while, and keep the best. Prechelt 1998."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.regularization.errors import BadRegularization


@dataclass(frozen=True)
class Stop:
    """Indices into the curve: ``best`` is what is kept, ``stopped`` the last that was looked at.

    ``missed`` is the index of a later, better point that an infinite patience would have found, or -1.
    """

    best: int
    stopped: int
    early: bool
    missed: int


def stop(curve: Sequence[float], *, patience: int, margin: float = 0.0) -> Stop:
    """Walk along a validation curve and give up after ``patience`` looks in a row without improvement.

    A look improves if it is lower than the best so far by more than ``margin``. Values that are not finite never
    improve. Raises :class:`BadRegularization` for an empty curve, a patience below 1 or a negative margin.
    """
    if not curve or patience < 1 or margin < 0:
        raise BadRegularization("early stopping needs a curve, a patience of 1 or more, and a margin of 0 or more")
    best, lowest, at = 0, math.inf, 0
    for at, value in enumerate(curve):
        if value < lowest - margin:
            best, lowest = at, value
        elif at - best >= patience:
            break
    later = min(range(len(curve)), key=lambda k: curve[k] if math.isfinite(curve[k]) else math.inf)
    early = at < len(curve) - 1
    return Stop(best, at, early, later if later > at and curve[later] < curve[best] else -1)
