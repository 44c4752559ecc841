"""Where a run is: ids, folders, and the runs that come with the program.

An id is 12 lower-case hexadecimal digits, and nothing else ever becomes part of a path. Standard library only.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Protocol

from cnnviz.paths import user_data
from cnnviz.runs.errors import BadRun

ID = re.compile(r"[0-9a-f]{12}", re.ASCII)
CONFIG, EVENTS, STATE, LOCK = "run.json", "events.jsonl", "state.json", "lock"
LOOKS, CHECKPOINTS, TRASH = "looks", "checkpoints", ".trash"
Run = str | Path


class Source(Protocol):
    """The files of one run, wherever they lie. ``name`` is one of ours: ``looks/epoch-0003.json.gz``."""

    @property
    def id(self) -> str:
        """12 hexadecimal digits."""

    @property
    def recorded(self) -> bool:
        """Whether it comes with the program and cannot be changed."""

    def read(self, name: str) -> bytes:
        """The content of a file; raises :class:`OSError`."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Names of the files in ``folder``, sorted; none if there is no such folder."""


class Folder:
    """A run in a folder of its own."""

    recorded = False

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    def read(self, name: str) -> bytes:
        """The content of a file; raises :class:`OSError`."""
        return (self.path / name).read_bytes()

    def names(self, folder: str) -> tuple[str, ...]:
        """Names of the files in ``folder``."""
        try:
            return tuple(sorted(os.listdir(self.path / folder)))  # noqa: PTH208 (names, a thousand times)
        except OSError:
            return ()


def home() -> Path:
    """The folder of all runs. Not created here."""
    return user_data() / "runs"


def checked(run: str) -> str:
    """``run`` itself if it can be an id; raises :class:`BadRun`."""
    if ID.fullmatch(run) is None:
        raise BadRun("this is no run's name; runs are named by 12 digits and letters a to f")
    return run


def folder(run: Run) -> Path:
    """The folder of a run that is on disk, by its id or by the folder itself; raises :class:`BadRun`."""
    path = run if isinstance(run, Path) else home() / checked(run)
    if not (path / CONFIG).is_file():
        raise BadRun(f"there is no run {path.name[:20]}; it was deleted, or the link is from another machine")
    return path


def source(run: Run) -> Source:
    """The files of a run, on disk or coming with the program; raises :class:`BadRun`."""
    if isinstance(run, str) and not (home() / checked(run)).is_dir():
        from cnnviz.runs import recorded

        found = recorded.archive(run)
        if found is not None:
            return found
    return Folder(folder(run))
