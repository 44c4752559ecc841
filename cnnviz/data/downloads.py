"""Downloads that are whole or absent: resumed, verified against the published digest, once for many callers.

The bytes arrive in ``<name>.part`` with the server's validator in ``<name>.part.json``; only a file with the right
sha256 is moved to its name. Whoever asks while another process or thread downloads waits for that download.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from filelock import FileLock, Timeout

from cnnviz.data.transfers import DownloadError, Opener, Transfer, open_url
from cnnviz.data.waiting import answer_of, interrupted
from cnnviz.data.whole import sync_folder

__all__ = ["DownloadCancelled", "DownloadError", "Progress", "fetch", "verified"]

BLOCK = 1 << 16
UNKNOWN_LIMIT = 4_000_000_000  # bytes taken from a server when nobody knows the size
ANSWER_SECONDS = 60.0  # for all redirects and headers together
_POLL = 0.1  # seconds between two looks at a lock that another caller holds
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


class DownloadCancelled(DownloadError):
    """The caller stopped it; what has arrived is kept."""


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` bytes; the total is None until it is known."""

    done: int
    total: int | None


@dataclass(frozen=True)
class _Job:
    url: str
    target: Path
    sha256: str
    size: int | None
    opener: Opener
    cancelled: Callable[[], bool]

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def note(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    @property
    def lock(self) -> Path:
        return self.target.with_name(self.target.name + ".lock")


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str,
    size: int | None = None,
    opener: Opener = open_url,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Download ``url`` to ``target``; yields the progress, and when it ends the file is there and verified.

    ``sha256`` is the hexadecimal digest or at least its first eight digits. Dropping the iterator or ``cancelled``
    returning True (then :class:`DownloadCancelled`) keeps what has arrived, and the next call goes on from there.
    Raises :class:`DownloadError` with one sentence that says what happened and what to do.
    """
    if not _DIGEST.fullmatch(sha256):
        raise ValueError(f"sha256 must be 8 to 64 lower-case hexadecimal digits, not {sha256!r}")
    job = _Job(url, target, sha256, size, opener, cancelled)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(job.lock, thread_local=False)  # an iterator may be closed by another thread
        try:
            yield from _wait(job, lock)
            yield from _download(job)
        finally:
            lock.release()
        length = target.stat().st_size
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DownloadError(f"“{target.name}” can't be written ({reason}): make room or change the folder.") from None
    yield Progress(length, length)


def verified(path: Path, sha256: str) -> bool:
    """Whether ``path`` is a file whose digest starts with ``sha256``."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256)


def _wait(job: _Job, lock: FileLock) -> Iterator[Progress]:
    """Take the lock; while another caller has it, report that caller's progress."""
    while True:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            _stop_if_cancelled(job)
            yield Progress(_length(job.part), job.size)
            time.sleep(_POLL)
        else:
            return


def _download(job: _Job) -> Iterator[Progress]:
    if verified(job.target, job.sha256):
        return
    job.target.unlink(missing_ok=True)
    if _length(job.part) == job.size and not verified(job.part, job.sha256):
        _forget(job)  # complete but wrong, as after a power cut
    if _length(job.part) != job.size:
        yield from _receive(job)
    if not verified(job.part, job.sha256):
        _forget(job)
        raise DownloadError(f"“{job.target.name}” arrived, but is not the published file: try again later.")
    with job.part.open("r+b") as file:
        os.fsync(file.fileno())
    job.part.replace(job.target)
    sync_folder(job.target.parent)
    _forget(job)


def _receive(job: _Job) -> Iterator[Progress]:
    """Append what is missing to the part file, or start over if the server no longer has the same file."""
    with contextlib.closing(_open(job)) as transfer:
        total = _expected(job, transfer)
        _check_space(job, (total or 0) - transfer.start)
        if not transfer.start:
            job.part.write_bytes(b"")
            job.note.write_text(json.dumps({"url": job.url, "validator": transfer.validator}))
        done = transfer.start
        with job.part.open("r+b", buffering=0) as file:
            file.seek(done)
            yield Progress(done, total)
            for block in _blocks(job, transfer):
                done += len(block)
                if done > (total or UNKNOWN_LIMIT):
                    raise DownloadError(f"The server sends more than “{job.target.name}” should have: try again later.")
                _write(file, block)
                yield Progress(done, total)
                _stop_if_cancelled(job)
    if total is not None and done < total:
        raise DownloadError(
            f"The connection ended at {_megabytes(done)} of {_megabytes(total)} MB: start again, it goes on from there."
        )


def _blocks(job: _Job, transfer: Transfer) -> Iterator[bytes]:
    """The blocks as they arrive; whoever cancels need not wait for one."""
    with interrupted(job.cancelled, transfer.interrupt):
        try:
            yield from transfer.blocks(BLOCK)
        except DownloadError:
            _stop_if_cancelled(job)
            raise
    _stop_if_cancelled(job)


def _ask(job: _Job, start: int, validator: str) -> Transfer:
    """The server's answer, unless the caller cancels or it takes too long."""
    try:
        return answer_of(
            lambda: job.opener(job.url, start, validator),
            stop=lambda: _stop_if_cancelled(job),
            seconds=ANSWER_SECONDS,
            late=Transfer.close,
        )
    except TimeoutError:
        raise DownloadError("The server does not come to its answer: try again later.") from None


def _open(job: _Job) -> Transfer:
    """Ask for the rest of the part file if the server can prove that its file is still the same one."""
    _stop_if_cancelled(job)
    start, validator = _length(job.part), _validator(job)
    if start and validator:
        transfer = _ask(job, start, validator)
        if transfer.start >= 0:
            return transfer
        transfer.close()
    return _ask(job, 0, "")


def _expected(job: _Job, transfer: Transfer) -> int | None:
    if job.size is not None and transfer.total is not None and transfer.total != job.size:
        raise DownloadError(
            f"“{job.target.name}” should have {_megabytes(job.size)} MB, the server has "
            f"{_megabytes(transfer.total)} MB: it has changed, so look for an update."
        )
    return transfer.total if job.size is None else job.size


def _validator(job: _Job) -> str:
    try:
        note = json.loads(job.note.read_text())
        return str(note["validator"]) if note["url"] == job.url else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(file: FileIO, block: bytes) -> None:
    """Unbuffered, so that an error belongs to these bytes and what is in the file is what counts as received."""
    rest = memoryview(block)
    while rest:
        rest = rest[file.write(rest) :]


def _check_space(job: _Job, needed: int) -> None:
    free = shutil.disk_usage(job.target.parent).free
    if needed > free:
        raise DownloadError(
            f"“{job.target.name}” needs {_megabytes(needed)} MB and {_megabytes(free)} MB are free: make room first."
        )


def _stop_if_cancelled(job: _Job) -> None:
    if job.cancelled():
        raise DownloadCancelled(f"The download of “{job.target.name}” was stopped: start it again to go on from there.")


def _forget(job: _Job) -> None:
    job.part.unlink(missing_ok=True)
    job.note.unlink(missing_ok=True)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f}"
