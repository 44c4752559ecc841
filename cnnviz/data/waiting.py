"""Waiting for what blocks, such as an answer from far away, and giving it up as soon as the caller asks for it."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Answer = TypeVar("Answer")
POLL = 0.1  # seconds between two questions whether to go on


def answer_of(
    work: Callable[[], Answer], *, stop: Callable[[], None], seconds: float, late: Callable[[Answer], None]
) -> Answer:
    """What ``work`` returns or raises, called in a thread of its own.

    ``stop`` is called ten times a second meanwhile; what it raises ends the waiting. Raises :class:`TimeoutError` after
    ``seconds``. An answer that nobody waits for any more is given to ``late``.
    """
    answer: concurrent.futures.Future[Answer] = concurrent.futures.Future()
    threading.Thread(target=_work, args=(work, answer), daemon=True, name="cnnviz-waiting").start()
    end = time.monotonic() + seconds
    try:
        while not concurrent.futures.wait([answer], POLL).done:
            stop()
            _late(end)
    except BaseException:
        answer.add_done_callback(lambda done: None if done.exception() else late(done.result()))
        raise
    return answer.result()


def _late(end: float) -> None:
    if time.monotonic() > end:
        raise TimeoutError


def _work(work: Callable[[], Answer], answer: concurrent.futures.Future[Answer]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001 (raised where it is waited for)
        answer.set_exception(error)


@contextmanager
def interrupted(wanted: Callable[[], bool], interrupt: Callable[[], None]) -> Iterator[None]:
    """Call ``interrupt``, from another thread, once ``wanted`` says so while what is inside goes on."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(POLL):
            if wanted():
                interrupt()
                return

    threading.Thread(target=watch, daemon=True, name="cnnviz-watching").start()
    try:
        yield
    finally:
        over.set()
