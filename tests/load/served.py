"""A server under load: started as a lecturer starts it, and what it costs, told by the kernel."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from cnnviz.paths import ROOT

COMMAND = (sys.executable, "-m", "cnnviz", "app", "--no-browser")


@dataclass(frozen=True)
class Server:
    """A running server: its address, and what the kernel knows of its process."""

    url: str
    process: psutil.Process
    log: Path

    def cpu(self) -> float:
        """CPU seconds so far, to the nanosecond; without the workers."""
        return time.clock_gettime((~self.process.pid) << 3 | 2)  # Linux: the clock of another process, by its id

    def memory(self) -> float:
        """MB that only this process holds."""
        return self.process.memory_full_info().uss / 1e6

    def structure(self) -> dict[str, int]:
        """What must be back where it was when the visitors are gone."""
        return {
            "threads": self.process.num_threads(),
            "children": len(self.process.children(recursive=True)),
            "descriptors": self.process.num_fds(),
        }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    folder: Path, *options: str, command: Sequence[str] = COMMAND, base: str = "", **environment: str
) -> Iterator[Server]:
    """A server whose data lie in ``folder``, from its first answer to its end."""
    port, log = free_port(), folder / "log"
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"CNNVIZ_DATA": str(folder), **environment}
    url = f"http://127.0.0.1:{port}{base}"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), *options], cwd=ROOT, env=os.environ | settings, stdout=output, stderr=output
        )
    try:
        _wait(url, process, log)
        yield Server(url, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{url}/_stcore/health", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError(f"no answer within 90 s: {log.read_text()[-2000:]}")
