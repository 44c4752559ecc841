"""Where a run is: ids, folders, and the runs that come with the program.

An id is 12 lower-case hexadecimal digits, and nothing else ever becomes part of a path. Standard library only.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO, Protocol

from cnnviz.paths import user_data
from cnnviz.runs.errors import BadRun

ID = re.compile(r"[0-9a-f]{12}", re.ASCII)
CONFIG, EVENTS, STATE, LOCK = "run.json", "events.jsonl", "state.json", "lock"
LOOKS, CHECKPOINTS, TRASH = "looks", "checkpoints", ".trash"
MOST = 4 * 10**9  # bytes of a file; less for those that are read whole by everybody who looks at the list
LARGEST = {".json": 16 * 10**6, ".jsonl": 256 * 10**6}
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
        """The content of a file; raises :class:`OSError`, also for what is no file or larger than any of ours."""
        with opened(self.path / name) as file:
            return file.read()

    def names(self, folder: str) -> tuple[str, ...]:
        """Names of the files in ``folder``."""
        try:
            return tuple(sorted(os.listdir(self.path / folder)))  # noqa: PTH208 (names, a thousand times)
        except OSError:
            return ()


def opened(path: Path) -> BinaryIO:
    """A file of a run; raises :class:`OSError`, also for what is no file or larger than any of ours."""
    # a pipe that somebody put there must not be waited for
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115 (needs the opener; given away)
    facts = os.fstat(file.fileno())
    if stat.S_ISREG(facts.st_mode) and facts.st_size <= LARGEST.get(path.suffix, MOST):
        return file
    file.close()
    raise OSError(errno.EINVAL, "This is no file of a run")


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


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
    try:
        there = (path / CONFIG).is_file()
    except OSError as error:
        raise BadRun(f"the run {path.name[:20]} may not be read; see who owns its folder") from error
    if not there:
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
