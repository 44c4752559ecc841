"""Where runs are computed: the interface that the queue speaks, whatever machine is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Handle(Protocol):
    """One run on its way in some process."""

    @property
    def alive(self) -> bool:
        """Whether its process still runs, as far as can be known now; never blocks."""

    def tell(self, command: Mapping[str, Any]) -> None:
        """Send one command, such as ``{"do": "pause"}``; a run that has ended ignores it."""

    def kill(self) -> None:
        """End it now, without a word; its folder stays as it is."""


class Executor(Protocol):
    """Starts runs. The run's folder is where its events and checkpoints appear, wherever it is computed."""

    @property
    def places(self) -> int:
        """How many runs may be on their way at once."""

    def launch(self, folder: Path) -> Handle:
        """Start, or go on with, the run in ``folder``. Returns at once; raises :class:`OSError` if it cannot."""

    def close(self) -> None:
        """End all that it started."""
