"""Work in a thread of its own: pytest's Playwright leaves a running event loop in the thread of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What ``work`` returns, or its exception."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def complete(work: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``."""
    return apart(lambda: asyncio.run(work))
