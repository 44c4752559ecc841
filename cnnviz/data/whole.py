"""Files that are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
import threading
from pathlib import Path

PART = ".cnnviz-*.part"  # what a killed process may leave behind


def write_whole(target: Path, content: bytes) -> None:
    """Write ``content`` to ``target`` or leave what was there: sibling file, fsync, rename, fsync of the folder.

    Raises :class:`OSError` if the place cannot be written; nothing is left behind then. Safe for threads and processes:
    each has a sibling file of its own, and the last one wins.
    """
    part = target.with_name(f".cnnviz-{os.getpid()}-{threading.get_ident()}-{target.name[-40:]}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the rename itself survive a loss of power; Windows cannot open a folder and does not need it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
