"""An executor without processes: runs of milliseconds, counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnnviz import runs


class FakeHandle:
    """A run that lasts until somebody ends it, or for some seconds."""

    def __init__(self, folder: Path, ended: Callable[[], None]) -> None:
        self.folder, self._ended = folder, ended
        self.told: list[dict[str, Any]] = []
        self.alive, self._over = True, False
        self._once = threading.Lock()
        runs.stand(folder, "running")

    def tell(self, command: Mapping[str, Any]) -> None:
        self.told.append(dict(command))
        do = "" if self._over else command["do"]
        if do == "pause":
            runs.stand(self.folder, "paused")
        elif do == "resume":
            runs.stand(self.folder, "running")
        elif do == "stop":
            self.end("stopped")
        elif do == "leave":
            self.end()

    def end(self, state: str = "", message: str = "") -> None:
        """It is over; without a state its folder stays as it is."""
        with self._once:
            if not self._over:
                self._over = True
                if state:
                    runs.stand(self.folder, state, message)
                self.alive = False
                self._ended()

    def kill(self) -> None:
        self.end()


class FakeExecutor:
    """``seconds`` is how long each run takes; None waits to be told."""

    def __init__(self, places: int = 1, seconds: float | None = None) -> None:
        self.places, self._seconds = places, seconds
        self.launched: list[str] = []
        self.handles: dict[str, FakeHandle] = {}
        self.now = self.most = 0
        self.closed = False
        self._lock = threading.Lock()

    def launch(self, folder: Path) -> FakeHandle:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        handle = self.handles[folder.name] = FakeHandle(folder, self._one_less)
        self.launched.append(folder.name)
        if self._seconds is not None:
            timer = threading.Timer(self._seconds, handle.end, ("done",))
            timer.daemon = True
            timer.start()
        return handle

    def close(self) -> None:
        self.closed = True
        for handle in self.handles.values():
            handle.end()

    def _one_less(self) -> None:
        with self._lock:
            self.now -= 1


def jain(shares: Mapping[str, int]) -> float:
    """Jain's index of fairness: 1 where all have the same, 1/n where one has all."""
    values = Counter(shares).values()
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))
