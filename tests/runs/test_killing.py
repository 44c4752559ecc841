"""A process killed at any moment leaves whole checkpoints, none older than it said, and a log without gaps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.promises import quick_and_full

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def killed(count: int, seed: int, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.runs.killing", str(count), str(seed), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.promise("checkpoints")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(15, 200))
def test_no_kill_leaves_a_damaged_checkpoint(count: int, figure: Callable[[str], None]) -> None:
    found = killed(count, count, *(["quick"] if count < 200 else []))
    assert found["damage"] == [] and found["saves"] > count
    figure(
        f"{count} kills in a loop of {found['saves']} saves: {len(found['damage'])} corrupt, none older than was told"
    )
