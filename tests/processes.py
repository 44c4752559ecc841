"""Processes whose parent is gone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psutil


def living(processes: Sequence[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Those that have not ended after so many seconds; returns as soon as there are none.

    A zombie has ended: the system's first process, its parent now, has yet to fetch its status. Some take seconds.
    """
    end = time.monotonic() + seconds
    while (left := [each for each in processes if _lives(each)]) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
