"""A disk that is really full, a file that may really not grow, a folder that may not be written: by the system itself.

A small tmpfs where this process may mount one (in a mount namespace of its own), a limit on the size of files anywhere,
and another user where this process may become one. Each in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts, limits and users of Linux"),
    pytest.mark.slow,  # processes that import torch and train; test_faults_training.py is the quick form
    pytest.mark.timeout(600),
]
FULL = (sys.executable, "-m", "tests.runs.filling")


def found(*arguments: str, before: tuple[str, ...] = (), **environment: str) -> Any:
    """What :mod:`tests.runs.filling` prints."""
    done = subprocess.run(
        [*before, *FULL, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def mounts() -> bool:
    """Whether a disk of one's own can be had."""
    made = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return made.returncode == 0


@pytest.mark.promise("checkpoints")
def test_a_real_disk_is_full(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """A training with so many kB left, which checkpoints, log and looks share: full at another place each time."""
    if not mounts():
        pytest.skip("this process may not mount a disk of its own")
    sizes = range(8, 200, 12)
    shell = 'mount -t tmpfs -o size=32m none "$1" && shift && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", shell, "sh", str(tmp_path))
    every = found("full", *(f"{size}000" for size in sizes), before=before, CNNVIZ_DATA=str(tmp_path))
    warned, ended = sound(every)
    figure(
        f"{len(sizes)} trainings with {sizes[0]}…{sizes[-1]} kB left on a disk: {warned} warned, {ended} ended, 0 lost"
    )


@pytest.mark.promise("checkpoints")
def test_files_may_really_not_grow(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """RLIMIT_FSIZE cuts a write in the middle, at another byte each time."""
    sizes = range(200, 8200, 400)
    warned, _ = sound(found("limited", *map(str, sizes), CNNVIZ_DATA=str(tmp_path)))
    figure(f"{len(sizes)} trainings whose files may have {sizes[0]}…{sizes[-1]} bytes: {warned} warned, 0 lost")


def sound(every: list[dict[str, Any]]) -> tuple[int, int]:
    """How many warned and how many ended; in none anything is lost, and with room again each goes on to its end."""
    for told in every:
        assert told["damage"] == [] and told["goes on"] == "done", told
        assert all(len(each) <= 140 for each in told["words"])
    warned = sum(bool(told["words"]) for told in every)
    assert warned
    return warned, sum(told["state"] == "done" for told in every)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes another user")
def test_a_folder_that_may_not_be_written() -> None:
    """By a user who may not: each way to write is one sentence, reading goes on."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        told = found("refused", CNNVIZ_DATA=place)
    assert told["listed"] == 2 and told["read"] and told["others"] == []
    assert all(20 <= len(each) <= 140 for each in told["sentences"]) and len(told["sentences"]) == 5, told
