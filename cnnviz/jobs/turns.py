"""Whose turn it is: a fair order of the runs that wait.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) with runs of equal weight. A run of viewer i gets the tag

    S = max(V, F_i),   F_i ← S + 1,

where V is the highest tag that had its turn so far. Runs are served by tag, then by arrival: round robin over viewers,
whoever asked first or most, and nobody saves up turns while away.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import count


class Turns:
    """The waiting runs with their tags. Not safe for threads: the queue's lock guards it."""

    def __init__(self) -> None:
        self._arrivals = count()
        self._waiting: dict[str, tuple[int, int, str]] = {}  # run -> tag, arrival, viewer
        self._next_tag: dict[str, int] = {}  # F of those who are ahead of V; the others may be forgotten
        self._now = 0  # V

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, run: object) -> bool:
        return run in self._waiting

    def add(self, run: str, by: str) -> None:
        """``run`` of viewer ``by`` waits from now on."""
        tag = max(self._now, self._next_tag.get(by, 0))
        self._next_tag[by] = tag + 1
        self._waiting[run] = (tag, next(self._arrivals), by)

    def remove(self, run: str) -> None:
        """It waits no more. Its viewer gets the turn back."""
        tag, _, by = self._waiting.pop(run)
        if self._next_tag.get(by) == tag + 1:
            self._next_tag[by] = tag

    def order(self) -> list[str]:
        """The runs as they will have their turn if nobody else comes."""
        return sorted(self._waiting, key=lambda run: self._waiting[run][:2])

    def place(self, run: str) -> int:
        """Counted from 1; 0 for one that does not wait."""
        mine = self._waiting.get(run)
        return 0 if mine is None else 1 + sum(other[:2] < mine[:2] for other in self._waiting.values())

    def take(self, busy: Collection[str] = ()) -> str | None:
        """The run whose turn it is, leaving out those of ``busy`` viewers; it waits no more."""
        for run in self.order():
            tag, _, by = self._waiting[run]
            if by not in busy:
                del self._waiting[run]
                self._now = max(self._now, tag)
                self._next_tag = {who: tag for who, tag in self._next_tag.items() if tag > self._now}
                return run
        return None
