"""What a climb takes, told before it begins, and the end of one that would take too long. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.actmax.climbing import EVERY, MOST_STEPS, Climbed, climb
from cnnviz.actmax.errors import ClimbError

if TYPE_CHECKING:
    from cnnviz.models import Network

MOST_SECONDS = 120.0
TRIED = 3  # steps of a climb that are measured, after a first one that also allocates


def cost(network: Network, objective: str, *, steps: int = 256, size: int | None = None, count: int = 1) -> float:
    """About how many seconds :func:`climb` takes on one core, told from two steps of one picture.

    Raises:
        ClimbError, UnknownClass: as :func:`climb`, and where it would be more than ``MOST_SECONDS``.
    """
    trial = climb(network, objective, steps=MOST_STEPS, size=size, every=MOST_STEPS, ticks=True)
    next(trial)
    start = time.thread_time()  # this thread's own: a busy machine must not refuse what an idle one allows
    next(trial)
    step = time.thread_time() - start
    measuring = step / 3 / EVERY
    return affordable((step + measuring) * count * steps, steps)


def affordable(seconds: float, steps: int) -> float:
    """``seconds``, or :class:`ClimbError` if so many steps would take too long."""
    if seconds > MOST_SECONDS:
        told = f"{steps} steps would take about {seconds:.0f} s, more than {MOST_SECONDS:.0f}"
        raise ClimbError(f"{told}; choose fewer steps, fewer pictures or a smaller size")
    return seconds


def within(climbing: Iterator[Climbed], steps: int) -> Iterator[Climbed]:
    """The events of a climb with ticks; after its first steps :class:`ClimbError` if the rest would take too long."""
    start = 0.0
    for told in climbing:
        now = time.thread_time()
        if told.step == 1:
            start = now
        if told.step == 1 + TRIED:
            affordable((now - start) / TRIED * steps, steps)
        yield told
