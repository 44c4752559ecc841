"""A run of two processes, started by torch's own tool, is the run of one: same batches, same steps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnviz.training.parallel import Peers

SETTINGS = (
    "--network convnetjs --data shapes --limit 260 --batch 65 --epochs 2 --precision float32 --cutmix 0.5"
    " --no-keep --json"
)
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def events(command: list[str], folder: Path) -> list[dict[str, Any]]:
    environment = {**os.environ, "CNNVIZ_DATA": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(("world", "count"), [(1, 7), (2, 7), (3, 64), (4, 3)])
def test_the_shares_are_the_batch_and_their_means_weigh_to_its_mean(world: int, count: int) -> None:
    peers = [Peers(rank, world) for rank in range(world)]
    rows = list(range(count))
    assert [row for peer in peers for row in rows[peer.share(count)]] == rows
    means = [sum(rows[p.share(count)]) / max(1, len(rows[p.share(count)])) * p.weight(count) for p in peers]
    assert sum(means) / world == pytest.approx(sum(rows) / count)


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(tmp_path: Path) -> None:
    arguments = ["-m", "cnnviz", "train", *SETTINGS.split()]
    one = events([sys.executable, *arguments], tmp_path)
    two = events([*TORCHRUN, *arguments], tmp_path)
    assert [e["event"] for e in two if e["event"] != "step"] == [e["event"] for e in one if e["event"] != "step"]
    for kind in ("epoch", "ended"):
        for a, b in zip(*([e for e in run if e["event"] == kind] for run in (one, two)), strict=True):
            losses = [name for name in a if name.endswith("loss")]
            assert losses and a["step"] == b["step"]
            assert [b[name] for name in losses] == pytest.approx([a[name] for name in losses], rel=1e-3)
