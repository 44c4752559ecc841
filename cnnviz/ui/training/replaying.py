"""A run that is over, played again in a few seconds."""

from __future__ import annotations

import time

from cnnviz.ui import state
from cnnviz.ui.training.following import Followed

SECONDS = 8.0
EVERY = 0.25  # seconds between two pictures
PLAYING = "train-replay"


def play(run: str) -> None:
    """Begin; a callback."""
    state.put(PLAYING, (run, time.monotonic()))


def share(run: str) -> float:
    """How much of ``run`` is to be shown now; 1 if it is not being played."""
    playing, since = state.get(PLAYING) or ("", 0.0)
    return min(1.0, (time.monotonic() - since) / SECONDS) if playing == run else 1.0


def cut(told: Followed, part: float) -> Followed:
    """The first ``part`` of what a run told."""
    last = told.steps[-1].step if told.steps else 0
    step = round(part * last)
    return Followed(
        told.run,
        steps=[each for each in told.steps if each.step <= step],
        epochs=[each for each in told.epochs if each.step <= step],
        changes=[each for each in told.changes if each.step <= step],
        begun=told.begun,
    )
