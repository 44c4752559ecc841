"""A run's folder followed from afar: what changed in it, piece by piece, and the same pieces put into another folder.

Pieces keep an order: what an event tells of, such as a saved checkpoint, arrives before the event.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cnnviz.data.whole import write_whole
from cnnviz.runs.places import CHECKPOINTS, CONFIG, EVENTS, LOOKS, STATE, Folder

GROWING = ".jsonl"  # such a file is only appended to, so its new end is enough
NAMES = re.compile(r"(?:[a-z0-9][a-z0-9_-]{0,30}/){0,2}[a-z0-9][a-z0-9._-]{0,60}\.(?:json|jsonl|safetensors|npz|gz)")


class BadPiece(ValueError):
    """A piece that belongs in no run's folder. The message is one sentence."""


@dataclass(frozen=True)
class Piece:
    """A change of one file. ``name`` is relative to the folder, with forward slashes.

    With ``at``, ``content`` is what stands in a growing file from that byte on; otherwise it is the whole file, or
    None if the file is gone.
    """

    name: str
    content: bytes | None
    at: int | None = None


class Source:
    """The folder that a run writes: :meth:`changes` gives what came since the last time it was asked."""

    def __init__(self, folder: Path) -> None:
        """What is there already counts as told."""
        self._folder = folder
        self._told = self._now()

    def changes(self) -> Iterator[Piece]:
        """What changed: whole files in the order of their writing, then what is gone, then the ends of growing files.

        What is written meanwhile waits for the next time, and all that would follow it too: a reader of the other
        folder finds with every piece a run that one could go on from, and what a log tells of has happened there.
        """
        now = self._now()
        whole = sorted((name for name in now if not name.endswith(GROWING)), key=lambda name: (now[name].time, name))
        for name in whole:
            before = self._told.get(name, _NEVER)
            if before != now[name]:
                content = self._read(name, now[name], 0)
                if content is None:
                    return
                yield Piece(name, content)
                self._told[name] = now[name]
        for name in sorted(set(self._told) - set(now)):
            if not (self._folder / name).exists():  # else it was replaced while the folder was read
                yield Piece(name, None)
                del self._told[name]
        yield from self._ends({name: now[name] for name in sorted(set(now) - set(whole))})

    def _ends(self, now: dict[str, _Facts]) -> Iterator[Piece]:
        """What was appended to growing files; one that is shorter, or another one, is sent whole."""
        for name, facts in now.items():
            before = self._told.get(name, _NEVER)
            if before == facts:
                continue
            grown = before.number == facts.number and before.size <= facts.size
            content = self._read(name, facts, before.size if grown else 0)
            if content is None:
                return
            yield Piece(name, content, at=before.size if grown else None)
            self._told[name] = facts

    def _now(self) -> dict[str, _Facts]:
        """All files of the run."""
        found = {}
        for folder, _, names in os.walk(self._folder):
            for path in (Path(folder, name) for name in names):
                name = path.relative_to(self._folder).as_posix()
                if NAMES.fullmatch(name):
                    with contextlib.suppress(OSError):  # removed just now
                        found[name] = _facts(path.stat())
        return found

    def _read(self, name: str, facts: _Facts, start: int) -> bytes | None:
        """The file from byte ``start`` on as it was when ``facts`` were found; None if it is another one now."""
        try:
            with (self._folder / name).open("rb") as file:
                now = _facts(os.fstat(file.fileno()))
                if now.number != facts.number or (now != facts and not name.endswith(GROWING)):
                    return None
                file.seek(start)
                return file.read(facts.size - start)
        except FileNotFoundError:
            return None


class _Facts(NamedTuple):
    """By which a change of a file is known: time in ns, bytes, number on its disk."""

    time: int
    size: int
    number: int


_NEVER = _Facts(0, 0, -1)


def _facts(stat: os.stat_result) -> _Facts:
    return _Facts(stat.st_mtime_ns, stat.st_size, stat.st_ino)


def needed(folder: Path) -> Iterator[Piece]:
    """What a machine needs to go on with the run in ``folder``.

    Epochs and looks that are there already are sent empty: whoever goes on must know of them, to drop those that came
    after the checkpoint. A log's last line that was cut short by a kill is left out, as the writer there would do.
    """
    earlier = [f"{place}/{name}" for place in (CHECKPOINTS, LOOKS) for name in Folder(folder).names(place)]
    for name in (CONFIG, STATE, EVENTS, *earlier):
        if NAMES.fullmatch(name) and (folder / name).is_file():
            whole = name not in earlier or name.startswith(f"{CHECKPOINTS}/last")
            content = (folder / name).read_bytes() if whole else b""
            yield Piece(name, content[: content.rfind(b"\n") + 1] if name.endswith(GROWING) else content)


def mirror(folder: Path, piece: Piece) -> None:
    """Put ``piece`` into ``folder``; whole files are whole or absent.

    Raises:
        BadPiece: a name that no file of a run has, or a piece that begins behind the file's end.
        OSError: the place cannot be written.
    """
    if not NAMES.fullmatch(piece.name):
        raise BadPiece(f"no file of a run is called {piece.name[:40]!r}")
    path = folder / piece.name
    if piece.content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if piece.at is None:
        write_whole(path, piece.content)
    else:
        _append(path, piece.content, at=piece.at)


def _append(path: Path, content: bytes, *, at: int) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        if not 0 <= at <= file.seek(0, os.SEEK_END):
            raise BadPiece(f"a part of {path.name[:40]} is missing; let the run go on from its last checkpoint")
        file.truncate(at)
        file.seek(at)
        file.write(content)


def digest(content: bytes) -> str:
    """The sha256 of a piece, told with it where it travels in parts."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def sign(folder: Path) -> Iterator[str]:
    """A secret word that lies in ``folder`` for a while: who knows it sees the same disk."""
    word = secrets.token_hex(8)
    path = _sign(folder, word)
    path.write_text(word, encoding="ascii")
    try:
        yield word
    finally:
        path.unlink(missing_ok=True)


def seen(folder: Path, word: str) -> bool:
    """Whether :func:`sign` put ``word`` into this very folder."""
    try:
        return bool(word) and _sign(folder, word).read_text(encoding="ascii") == word
    except (OSError, ValueError):
        return False


def _sign(folder: Path, word: str) -> Path:
    return folder / f".cnnviz-{word}.part"  # the next writer removes what a killed server left behind
