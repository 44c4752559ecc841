"""What tests of the queue say over and over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from cnnviz import runs
from cnnviz.training.config import Config


def until(true: Callable[[], object], seconds: float = 90.0) -> None:
    """Wait for something to become true, however busy the machine is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def config(seed: int) -> Config:
    """Settings that differ from others by their seed."""
    return Config(seed=seed)


def told(run: str) -> tuple[str, str]:
    """The state and the sentence in a run's folder."""
    record = json.loads((runs.folder(run) / "state.json").read_text())
    return record["state"], record["message"]
