"""A process killed at any moment leaves whole checkpoints, none older than it said, and a log without gaps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def killed(count: int, seed: int, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.runs.killing", str(count), str(seed), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_25_kills() -> None:
    found = killed(25, 1, "quick")
    assert found["damage"] == [] and found["saves"] > 25


@pytest.mark.slow
def test_200_kills() -> None:
    found = killed(200, 2)
    assert found["damage"] == [] and found["saves"] > 200
