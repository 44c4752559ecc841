"""Runs on the machines of a cluster, through dask.distributed (the extra ``cluster``).

The server keeps the folders of its runs; a worker needs this package, the same version, and no shared disk. What a
worker writes comes back while it trains, so a run that loses its worker goes on from its last checkpoint, anywhere.

dask's messages between its machines contain pickles: whoever can speak to the scheduler can run code on all of them.
So give only the address of a scheduler that you trust, in a network that you trust, or a ``tls://`` address with the
certificates of dask's own configuration. Visitors of the lectures never reach it.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnnviz.jobs.cluster_run import ClusterRun
from cnnviz.jobs.cluster_wire import LOST

ADDRESS = re.compile(r"(?:tcp|tls)://(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})")
ANSWER = 5.0  # seconds in which a scheduler must answer
LOOK = 1.0  # seconds between two looks at who is there
AGAIN = 5.0  # seconds between two attempts to reach a scheduler that went away
LEAVING = 2.0  # seconds that runs have for their last checkpoint when the server ends
MODULE = "cnnviz.jobs.run_worker"


class NoCluster(ValueError):
    """There is no cluster to compute on. The message is one sentence that tells the fix."""


class BusyCluster(OSError):
    """No worker is free. The message is one sentence."""


class Connection:
    """One client of a scheduler, and the workers that were there a moment ago."""

    def __init__(self, address: str, heard: Callable[[tuple[float, Any]], None]) -> None:
        self.topic = f"cnnviz-{secrets.token_hex(8)}"
        self.client = _client(address)
        self.client.subscribe_topic(self.topic, heard)
        self.workers: dict[str, Mapping[str, Any]] = {}
        self.look()

    def look(self) -> None:
        """Ask who is there; blocks for the time of one message. Without an answer all stays as it was.

        The scheduler itself is asked: ``client.scheduler_info`` now and then knows of no workers, as the client
        overwrites the answer with that to a question of its own.
        """
        with contextlib.suppress(*LOST):
            found = self.client.sync(self.client.scheduler.identity, n_workers=-1)["workers"]
            self.workers = {
                address: {
                    "address": address,
                    "gpu": facts.get("resources", {}).get("GPU", 0) >= 1,
                    "ready": facts.get("status", "running") == "running",  # not paused for lack of memory, not leaving
                }
                for address, facts in found.items()
            }

    def has(self, worker: str) -> bool:
        """Whether the worker was there when last asked."""
        return worker in self.workers

    def intact(self) -> bool:
        """Whether it never broke."""
        return str(self.client.status) == "running"

    def close(self) -> None:
        """Close it, whatever state it is in."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self.client.end()


class DaskExecutor:
    """Runs on the workers of a dask scheduler at ``address``, one run per worker, with as many threads as it has.

    Workers started with ``--resources GPU=1`` come first, and the resource is taken while a run is there; with ``gpu``
    no others are asked. A worker that sees the server's disk works there, unless it is told that it is ``mirrored``.
    When the scheduler goes away, its runs are interrupted, and it is looked for until it is back.

    Raises :class:`NoCluster` if the address is none, the extra is missing or nobody answers within five seconds.
    """

    def __init__(self, address: str, *, gpu: bool = False, mirrored: bool = False, module: str = MODULE) -> None:
        self._address, self._gpu, self._mirrored, self._module = checked(address), gpu, mirrored, module
        self._runs: list[ClusterRun] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._connection: Connection | None = self._connected()
        self._watching = threading.Thread(target=self._watch, name="cnnviz-cluster", daemon=True)
        self._watching.start()

    @property
    def places(self) -> int:
        """How many workers there are that can take a run; none while the scheduler is away."""
        return len(self._workers())

    def launch(self, folder: Path) -> ClusterRun:
        """Order the run in ``folder`` from a free worker; raises :class:`BusyCluster`."""
        with self._lock:
            connection, workers = self._connection, self._workers()
            self._runs = [run for run in self._runs if run.alive]
            taken = {run.worker for run in self._runs}
            free = sorted((each for each in workers if each["address"] not in taken), key=lambda each: not each["gpu"])
            if connection is None or not free:
                raise BusyCluster("no machine of the cluster is free; start more workers, or wait")
            run = ClusterRun(connection, folder, free[0], module=self._module, mirrored=self._mirrored)
            self._runs.append(run)
            run.begin()
            return run

    def close(self) -> None:
        """Let all runs keep a checkpoint and end, then let go of the scheduler. It stays, and its workers too."""
        self._closing.set()
        end = time.monotonic() + LEAVING
        for run in self._runs:
            run.leave()
        for run in self._runs:
            run.wait(max(0.0, end - time.monotonic()))
            run.kill()
        self._watching.join(ANSWER)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _workers(self) -> list[Mapping[str, Any]]:
        connection = self._connection
        if connection is None or not connection.intact():
            return []
        there = list(connection.workers.values())
        return [worker for worker in there if worker["ready"] and (worker["gpu"] or not self._gpu)]

    def _connected(self) -> Connection:
        return Connection(self._address, self._heard)

    def _heard(self, told: tuple[float, Any]) -> None:
        """Pass on what a worker told to the run that it tells of."""
        message = told[1]
        for run in self._runs:
            if run.key == message.get("key"):
                run.heard(message)

    def _watch(self) -> None:
        """See who is there, and look for a scheduler that is not."""
        wait = LOOK
        while not self._closing.wait(wait):
            connection = self._connection
            if connection is not None and connection.intact():
                connection.look()
                continue
            self._connection = None
            if connection is not None:
                connection.close()
            try:
                self._connection, wait = self._connected(), LOOK
            except NoCluster:
                wait = AGAIN


def checked(address: str) -> str:
    """``address`` itself if it names a scheduler; raises :class:`NoCluster`."""
    found = ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[1]) < 65536:
        raise NoCluster(f"{address[:40]!r} is no scheduler's address; give one such as tcp://10.0.0.5:8786")
    return address


def _client(address: str) -> Any:
    """A client of dask that leaves no thread behind if nobody answers; raises :class:`NoCluster`."""
    try:
        from distributed import Client
    except ImportError as error:
        raise NoCluster(
            'this needs dask: pip install "cnnviz[cluster]", here and on the machines of the cluster'
        ) from error

    class OnceConnected(Client):
        """Ends when its scheduler goes away: what it would come back to has forgotten its runs."""

        def start(self, **kwargs: Any) -> None:
            try:
                super().start(**kwargs)  # type: ignore[no-untyped-call]
            except BaseException:
                self.end()
                raise

        async def _reconnect(self) -> None:
            await self._close()

        def end(self) -> None:
            """Close it, and end its thread, which dask keeps where it closed by itself or never connected."""
            self.close()  # type: ignore[no-untyped-call]
            self._loop_runner.stop()

    try:
        return OnceConnected(address, timeout=ANSWER, set_as_default=False, name="cnnviz")  # type: ignore[no-untyped-call]
    except TypeError as error:  # dask's way to say it
        raise NoCluster(
            "a tls:// address needs certificates; name them in dask's settings, distributed.comm.tls"
        ) from error
    except (OSError, ImportError, RuntimeError, ValueError) as error:
        logging.getLogger("cnnviz").info("no cluster: %s", error)
        raise NoCluster(f"no dask scheduler answers at {address[:60]}; start one with: dask scheduler") from error
