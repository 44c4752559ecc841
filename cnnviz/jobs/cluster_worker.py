"""A run on a worker of the cluster: what dask calls there, in a thread of the worker's process."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import queue
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from cnnviz.jobs.cluster_wire import AHEAD, LOST, PATIENCE, Order, received, send
from cnnviz.runs.mirroring import Piece, Source, mirror, seen

TICK = 0.2  # seconds between two looks into the run's folder
LEAVE = {"do": "leave"}
ONE = threading.Lock()  # one run at a time, also while one that nobody wants any more comes to its end


def perform(order: Order) -> None:
    """Run what was ordered, until it ends or nobody wants it any more. Begins only if its server says so.

    dask gives a task whose worker died to another worker: that one hears no "begin" and does nothing.
    """
    from distributed import get_client, get_worker

    worker = get_worker()
    os.environ["OMP_NUM_THREADS"] = str(worker.state.nthreads)  # the run computes with as many as the worker was given
    with ONE, tempfile.TemporaryDirectory(prefix="cnnviz-run-") as away:
        shared = seen(Path(order.folder), order.word)
        folder = Path(order.folder) if shared else Path(away, order.run)
        line = Line(order, worker, get_client())
        try:
            if line.begin(folder, shared=shared):
                _work(order, folder, line, mirrored=not shared)
                line.end()
        finally:
            line.close()


def _work(order: Order, folder: Path, line: Line, *, mirrored: bool) -> None:
    source = Source(folder) if mirrored else None
    following = threading.Thread(target=line.follow, args=(source,), name="cnnviz-follow", daemon=True)
    following.start()
    try:
        importlib.import_module(order.module).work(folder, line, cap=order.cap)
    finally:
        line.over.set()
        following.join()
        _give_back()


def _give_back() -> None:
    """Leave the GPU's memory to the next run; the process stays."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        gc.collect()
        torch.cuda.empty_cache()


class Line:
    """The worker's end of the conversation. Called with a time, it is the run's source of commands."""

    def __init__(self, order: Order, worker: Any, client: Any) -> None:
        from distributed import Event, Queue

        self._order, self._worker = order, worker
        self._down = Queue(f"{order.key}-down", client=client)
        self._up = Queue(f"{order.key}-up", client=client, maxsize=AHEAD)
        self._stop = Event(f"{order.key}-stop", client=client)
        self._heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.over = threading.Event()

    def __call__(self, timeout: float) -> dict[str, Any] | None:
        """The next command, if one comes within ``timeout`` seconds."""
        try:
            return self._heard.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None

    def begin(self, folder: Path, *, shared: bool) -> bool:
        """Say that this worker is ready, take the run's files, wait for the word to begin; False if it never comes."""
        folder.mkdir(parents=True, exist_ok=True)
        self._tell({"ready": True, "shared": shared})
        try:
            while "begin" not in (told := self._down.get(timeout=PATIENCE)):
                if "do" in told:
                    self._heard.put(told)
                else:
                    mirror(folder, received(told, lambda: self._down.get(timeout=PATIENCE)))
        except LOST:
            return False
        for target in (self._listen, self._hear_stop):
            threading.Thread(target=target, name=f"cnnviz-{target.__name__[1:]}", daemon=True).start()
        return True

    def follow(self, source: Source | None) -> None:
        """Tell what changes in the run's folder until it is over; let the run leave if it is no longer wanted."""
        ended = False
        while not ended:
            ended = self.over.wait(TICK)  # what was written before the end is told after it
            if not self._wanted():
                self._heard.put(LEAVE)
                return
            for piece in source.changes() if source is not None else ():
                self._send(piece)

    def end(self) -> None:
        """Say that all is told."""
        self._tell({"over": True})

    def close(self) -> None:
        """Let the listening threads end; the scheduler forgets what it kept for them."""
        with contextlib.suppress(*LOST):
            self._stop.set()
            self._down.put({"do": "end"}, timeout=PATIENCE)
            self._stop.clear()
            for each in (self._down, self._up):
                each.close()

    def _wanted(self) -> bool:
        """Whether the server still waits for this run and the scheduler is there."""
        task = self._worker.state.tasks.get(self._order.key)
        return self._worker.status.name in {"running", "paused"} and task is not None and task.state == "executing"

    def _send(self, piece: Piece) -> None:
        with contextlib.suppress(*LOST):  # then it is not wanted either, and ends
            send(piece, self._tell, lambda part: self._up.put(part, timeout=PATIENCE))

    def _tell(self, message: dict[str, Any]) -> None:
        self._worker.log_event(self._order.topic, {"key": self._order.key, **message})

    def _listen(self) -> None:
        with contextlib.suppress(*LOST):
            while (command := self._down.get())["do"] != "end":
                self._heard.put(command)

    def _hear_stop(self) -> None:
        with contextlib.suppress(*LOST):
            self._stop.wait()
            self._heard.put({"do": "stop"})
