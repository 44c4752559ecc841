"""Runs that come with the program: ``assets/recorded/<id>.zip``, exports like any other, read where they lie."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from cnnviz.paths import ASSETS
from cnnviz.runs.errors import BadRun
from cnnviz.runs.places import ID

FOLDER = ASSETS / "recorded"


class Archive:
    """A run in an archive, unpacked in memory."""

    recorded = True

    def __init__(self, run: str, files: dict[str, bytes]) -> None:
        self.id = run
        self._files = files

    def read(self, name: str) -> bytes:
        """The content of a file; raises :class:`OSError`."""
        if name not in self._files:
            raise FileNotFoundError(name)
        return self._files[name]

    def names(self, folder: str) -> tuple[str, ...]:
        """Names of the files in ``folder``."""
        return tuple(sorted(each.rpartition("/")[2] for each in self._files if each.rpartition("/")[0] == folder))


def archives() -> list[Archive]:
    """All recorded runs, by id."""
    there = sorted(path.stem for path in FOLDER.glob("*.zip") if ID.fullmatch(path.stem))
    return [found for found in (archive(run) for run in there) if found is not None]


def archive(run: str) -> Archive | None:
    """The recorded run ``run``, if there is one and it is whole."""
    path = FOLDER / f"{run}.zip"
    return _opened(path) if path.is_file() else None


@lru_cache(maxsize=8)
def _opened(path: Path) -> Archive | None:
    from cnnviz.runs.archives import members

    try:
        return Archive(path.stem, members(path.read_bytes()))
    except (OSError, BadRun):
        logging.getLogger("cnnviz").warning("%s is no recorded run of this version", path.name)
        return None
