"""Run a task where torch is: in the worker process, in the tool that records runs, in a test. Imports torch."""

from __future__ import annotations

import contextlib
import importlib
import random
from collections.abc import Generator
from typing import Any

import numpy as np
import torch

from cnnviz.training.tasks.registry import Task

_END = object()


def prepare(*, optimizers: bool = True) -> None:
    """Get torch ready for runs of one thread each, and what its first optimizer would import: 1.2 s of no training."""
    torch.set_num_threads(1)
    if not optimizers:
        return
    with contextlib.suppress(ImportError):
        importlib.import_module("torch._dynamo")


def drive(task: Task, settings: Any) -> Generator[Any, None, None]:
    """The events of a run. The random generators of the caller are untouched, also between two events.

    Closing the iterator closes the task's generator, so that its ``finally`` runs.
    """
    events = task.run(settings)
    inner = _random_state()
    try:
        while True:
            outer = _random_state()
            _set_random_state(inner)
            try:
                event = next(events, _END)
            finally:
                inner = _random_state()
                _set_random_state(outer)
            if event is _END:
                return
            yield event
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()


def _random_state() -> tuple[Any, ...]:
    return random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 (a task may use it)


def _set_random_state(state: tuple[Any, ...]) -> None:
    random.setstate(state[0])
    np.random.set_state(state[1])  # noqa: NPY002
    torch.set_rng_state(state[2])
