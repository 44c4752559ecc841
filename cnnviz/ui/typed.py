"""A number as a student types it, or the sentence that says what is wrong with it."""

from __future__ import annotations

import math

LARGEST = 1e6


class BadNumbers(ValueError):
    """What was typed is no number or list of numbers; the message tells the fix."""


def number(word: str) -> float:
    """``3``, ``-1``, ``−0.5`` as a float; raises :class:`BadNumbers`."""
    try:
        value = float(word.replace("−", "-"))
    except ValueError:
        shown = word if len(word) <= 20 else word[:20] + "…"
        raise BadNumbers(f"“{shown}” is no number: write numbers like 3, -1 or 0.5") from None
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise BadNumbers("That number is too large to show: keep to a million either way")
    return value
