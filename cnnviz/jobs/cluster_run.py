"""One run on the cluster, as the server sees it: sent there, followed from there, told what to do."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import secrets
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from cnnviz import runs
from cnnviz.jobs.cluster_wire import AHEAD, LOST, PATIENCE, Interrupted, Order, received, send
from cnnviz.jobs.cluster_worker import perform
from cnnviz.jobs.sitting import CAP
from cnnviz.runs.mirroring import BadPiece, mirror, needed, sign

ENDING = 2.0  # seconds in which the thread of a run that was killed lets go of its folder
TICK = 0.5  # seconds between two looks whether the worker is still there
GONE = "The machine that computed this run is gone; let it go on from its last checkpoint."
CUT = "The cluster could not be reached any more; let this run go on from its last checkpoint."
REFUSED = "The cluster's machine could not begin it; install the same version of cnnviz there, with all it needs."
UNWRITTEN = "What the cluster sent could not be written here; see whether the disk is full, then let this run go on."


class Link(Protocol):
    """The connection that a run goes through."""

    client: Any
    topic: str

    def has(self, worker: str) -> bool:
        """Whether the worker was there when last asked; never blocks."""

    def intact(self) -> bool:
        """Whether the connection is the one that the run began with."""


class ClusterRun:
    """The handle of a run on ``worker``. A thread sends the run's files there and writes down what comes back."""

    def __init__(self, link: Link, folder: Path, worker: Mapping[str, Any], *, module: str, mirrored: bool) -> None:
        self.worker = str(worker["address"])
        self.key = f"cnnviz-{folder.name}-{secrets.token_hex(4)}"
        self._link, self._folder, self._module, self._mirrored = link, folder, module, mirrored
        self._resources = {"GPU": 1} if worker.get("gpu") else None
        self._inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._killed = threading.Event()
        self._future: Any = None
        self._thread = threading.Thread(target=self._run, name=self.key, daemon=True)

    def begin(self) -> None:
        """Order it. Whoever passes on what the worker tells must know of it by now."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it is computed, or its last words are still being written down."""
        return self._thread.is_alive() and not self._killed.is_set()

    def tell(self, command: Mapping[str, Any]) -> None:
        """Send one command, in its turn."""
        self._inbox.put({"tell": dict(command)})

    def leave(self) -> None:
        """Let it keep a checkpoint and end."""
        self.tell({"do": "leave"})

    def kill(self) -> None:
        """End it now: nothing more is written here; over there it ends with its next step."""
        self._killed.set()
        self._inbox.put({})
        self.wait(ENDING)

    def heard(self, message: dict[str, Any]) -> None:
        """What the worker told; called by the connection's thread."""
        self._inbox.put(message)

    def wait(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        """From the order to the last word. What goes wrong is told to the run's folder."""
        try:
            with sign(self._folder) as word, contextlib.ExitStack() as held:
                self._told(word, held)
        except (OSError, runs.BadRun) as error:
            logging.getLogger("cnnviz").warning("run %s: %s", self._folder.name, error)
        finally:
            with contextlib.suppress(*LOST):
                self._let_go()

    def _told(self, word: str, held: contextlib.ExitStack) -> None:
        try:
            self._order(word)
            for message in self._messages():
                self._take(message, held)
        except Interrupted as error:
            self._interrupted(str(error))
        except runs.Locked:
            raise
        except LOST as error:
            logging.getLogger("cnnviz").warning("the cluster: %s", error, exc_info=self._link.intact())
            self._interrupted(CUT)

    def _order(self, word: str) -> None:
        """Order the run; dask must not give it to anybody else, nor take its result for that of another start."""
        from distributed import Event, Queue

        client = self._link.client
        self._stop = Event(f"{self.key}-stop", client)
        self._down, self._up = Queue(f"{self.key}-down", client), Queue(f"{self.key}-up", client, maxsize=AHEAD)
        word = "" if self._mirrored else word
        cap = float(os.environ.get("CNNVIZ_CAP") or CAP)
        order = Order(self.key, self._folder.name, self._link.topic, str(self._folder), word, self._module, cap)
        self._future = client.submit(
            perform,
            order,
            key=self.key,
            workers=[self.worker],
            allow_other_workers=False,
            resources=self._resources,
            retries=0,
            pure=False,
        )

    def _messages(self) -> Iterator[dict[str, Any]]:
        """What the worker tells until it is over; commands are passed on in between. Raises :class:`Interrupted`."""
        while not self._killed.is_set():
            try:
                message = self._inbox.get(timeout=TICK)
            except queue.Empty:
                self._check()
                continue
            if "over" in message:
                return
            if "tell" in message:
                self._pass_on(message["tell"])
            elif message:
                yield message

    def _take(self, message: Mapping[str, Any], held: contextlib.ExitStack) -> None:
        """Do what a message says: send the files when the worker is ready, write down what it wrote."""
        if "ready" in message:
            if not message["shared"]:
                held.enter_context(runs.lock(self._folder))
                for piece in needed(self._folder):
                    send(piece, self._down.put, self._down.put)
            self._down.put({"begin": True})
            return
        piece = received(message, lambda: self._up.get(timeout=PATIENCE))
        try:
            mirror(self._folder, piece)
        except (OSError, BadPiece) as error:
            raise Interrupted(UNWRITTEN) from error

    def _pass_on(self, command: dict[str, Any]) -> None:
        """A stop is an event, heard even by a worker that was not listening yet; the rest has its order."""
        if command["do"] == "stop":
            self._stop.set()
        else:
            self._down.put(command)

    def _check(self) -> None:
        """Raise :class:`Interrupted` if nothing more will come."""
        status, there = self._future.status, self._link.has(self.worker)
        if status == "pending" and there and self._link.intact():
            return
        if self._inbox.empty():  # else the last words are in it
            if status == "error":
                error = self._future.exception(timeout=TICK)
                logging.getLogger("cnnviz").warning("run %s on %s: %r", self._folder.name, self.worker, error)
                raise Interrupted(REFUSED)
            raise Interrupted(GONE if self._link.intact() else CUT)

    def _interrupted(self, why: str) -> None:
        if not self._killed.is_set():
            with contextlib.suppress(OSError):
                runs.stand(self._folder, "interrupted", why)

    def _let_go(self) -> None:
        """Whatever still runs over there is no longer wanted, and ends. The scheduler forgets what it kept for us."""
        self._future.cancel()
        self._down.put({"do": "end"}, timeout=TICK)
        self._close()
        if not self._link.has(self.worker):  # then in its place too
            self._stop.set()
            self._stop.clear()
            self._close()

    def _close(self) -> None:
        for each in (self._down, self._up):
            each.close()
