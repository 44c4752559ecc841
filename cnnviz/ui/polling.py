"""How often a page looks again at what it follows: all who follow anything share a part of the server.

The interval of a fragment is set when its page is drawn: who came early keeps his until then. Beyond 33 visitors
:data:`SLOWEST` holds, and the share grows: with a hundred it is about half a core.
"""

from __future__ import annotations

import time

EACH = 0.15  # seconds per visitor who follows something: a look costs 20 to 30 ms, so 33 take a fifth of a core
SLOWEST = 5.0
FORGOTTEN = 3 * SLOWEST  # seconds after which one who did not look any more has left
_LOOKED: dict[str, float] = {}  # visitor -> when


def interval(least: float, who: str) -> float:
    """Seconds until the next look of ``who``, at least ``least``: longer the more visitors follow anything."""
    return min(SLOWEST, max(least, EACH * look(who)))


def look(who: str) -> int:
    """Note that ``who`` looks now; how many did of late."""
    now = time.monotonic()
    _LOOKED[who] = now
    for gone in [each for each, then in tuple(_LOOKED.items()) if now - then > FORGOTTEN]:
        _LOOKED.pop(gone, None)
    return len(_LOOKED)
