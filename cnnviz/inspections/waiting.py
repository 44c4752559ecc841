"""Something that can't be interrupted, waited for by an inspection that can."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E")
TICK = 0.1  # seconds between two events: a stop is heard within half a second


def waited(make: Callable[[], T], event: E) -> Generator[E, None, T]:
    """``yield from`` it: yields ``event`` until ``make`` is done in a thread, then returns what it made or raises.

    If nobody waits any more, the thread goes on to its end: what it prepares on disk serves the next one.
    """
    made: list[T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            made.append(make())
        except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(TICK)
    while thread.is_alive():
        yield event
        thread.join(TICK)
    if failed:
        raise failed[0]
    return made[0]
