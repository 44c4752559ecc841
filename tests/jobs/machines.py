"""A dask scheduler and a worker, processes on this machine that can be killed, and what one asks of runs there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cnnviz import runs
from cnnviz.jobs.cluster import DaskExecutor
from cnnviz.jobs.cluster_run import ClusterRun
from cnnviz.training.config import Config
from tests.jobs.waiting import until

ROOT = Path(__file__).resolve().parents[2]


class Machines:
    """The processes of a cluster. Their logs and the workers' own user folder lie in ``place``."""

    def __init__(self, place: Path) -> None:
        self._place = place
        path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        self.environment = {**os.environ, "PYTHONPATH": path, "CNNVIZ_DATA": str(place / "away")}
        self._port = "0"
        self.start()

    def start(self) -> None:
        """A scheduler, on the port of the one before, and a worker."""
        (self._place / "scheduler.json").unlink(missing_ok=True)
        self._scheduler = self._process("scheduler", "--host", "127.0.0.1", "--port", self._port)
        self._worker = self.worker()
        self.address: str = self._told()["address"]
        self._port = self.address.rpartition(":")[2]

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """One more worker, of one thread."""
        return self._process("worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(self._place), *options)

    def start_worker(self) -> None:
        """Another one in place of the worker."""
        self._worker = self.worker()

    def kill_worker(self) -> None:
        self._worker.kill()
        self._worker.wait()

    def kill_scheduler(self) -> None:
        """Without it, its worker ends by itself."""
        self._scheduler.kill()
        self._scheduler.wait()
        self._worker.wait()

    def end(self) -> None:
        for process in (self._worker, self._scheduler):
            process.kill()
            process.wait()

    def _process(self, which: str, *options: str) -> subprocess.Popen[bytes]:
        here = ("--scheduler-file", str(self._place / "scheduler.json"), "--no-dashboard")
        command = [sys.executable, "-m", f"distributed.cli.dask_{which}", *here, *options]
        with (self._place / f"{which}.log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment, cwd=self._place, stdout=log, stderr=log)

    def _told(self) -> dict[str, str]:
        """What the scheduler says of itself once it listens."""
        while True:
            try:
                return dict(json.loads((self._place / "scheduler.json").read_text()))
            except (OSError, ValueError):
                assert self._scheduler.poll() is None, (self._place / "scheduler.log").read_text()
                time.sleep(0.02)


def made() -> Path:
    return runs.folder(runs.create(Config()))


def events(folder: Path) -> list[dict[str, Any]]:
    log = folder / "events.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def told(folder: Path, name: str) -> list[Any]:
    return [event[name] for event in events(folder) if name in event]


def begun(executor: DaskExecutor, folder: Path) -> ClusterRun:
    before = len(told(folder, "begun"))
    run = executor.launch(folder)
    until(lambda: len(told(folder, "begun")) > before and runs.standing(folder)[0] == "running")
    return run


def keep(run: ClusterRun, folder: Path, size: int) -> None:
    """Have a checkpoint of ``size`` bytes written there; it is here before the event that tells of it."""
    run.tell({"do": "keep", "bytes": size})
    until(lambda: {"do": "keep", "bytes": size} in told(folder, "heard"))


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "checkpoints").iterdir()}
