"""Learning-rate schedules of a training: a warm-up, then one of the optimizer lecture's factors; no torch."""

from __future__ import annotations

import math

from cnnviz.optim.schedules import SCHEDULES

_FACTORS = {"constant": "constant", "cosine": "cosine", "steps": "step"}
RISE, FIRST = 0.3, 1 / 25


def factor(schedule: str, progress: float, *, warmup: float) -> float:
    """What the rate is multiplied with after the share ``progress`` (0…1) of the training.

    It rises linearly over ``warmup``, then follows ``schedule`` over what is left. ``one-cycle`` has a rise of its own
    and ignores ``warmup``: half a cosine from a 25th to 1 in the first 30 %, half a cosine to zero in the rest (Smith &
    Topin 2018). Whoever changes the rate on the way changes what this factor multiplies.
    """
    if schedule == "one-cycle":
        if progress < RISE:
            return 1 - (1 - FIRST) * 0.5 * (1 + math.cos(math.pi * progress / RISE))
        return 0.5 * (1 + math.cos(math.pi * (progress - RISE) / (1 - RISE)))
    if progress < warmup:
        return progress / warmup
    return SCHEDULES[_FACTORS[schedule]].factor((progress - warmup) / (1 - warmup))


def lower(lr: float) -> float:
    """The rate to try after ``lr`` was too high: a tenth, and no more than 0.1, where most networks can start."""
    return min(lr / 10, 0.1)
