"""A disk that fails at the n-th thing that is asked of it, once or from then on, in the middle of a write."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import pytest

WRITES = ("open", "write", "fsync", "replace", "rename", "ftruncate", "unlink", "rmdir", "mkdir", "utime")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT, errno.EACCES)


class Disk:
    """Counts what is asked of the disk; the n-th time it fails, once or from then on, half of the bytes written."""

    def __init__(self, fails_at: int, *, stays: bool, error: int = errno.ENOSPC) -> None:
        self.asked, self.fails_at, self.stays, self._error = 0, fails_at, stays, error

    def bad(self) -> bool:
        self.asked += 1
        return self.asked == self.fails_at or (self.stays and self.asked > self.fails_at)

    def error(self) -> OSError:
        return OSError(self._error, os.strerror(self._error))


class File:
    """What ``Path.open("wb")`` gives: its bytes go through the failing disk too."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: Any) -> int:
        if self._disk.bad():
            self._file.write(data[: len(data) // 2])
            raise self._disk.error()
        return int(self._file.write(data))

    def truncate(self, size: int | None = None) -> int:
        if self._disk.bad():
            raise self._disk.error()
        return int(self._file.truncate(size))


@contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """All that writes goes through ``disk`` inside."""
    real_open, real_write = io.open, os.write

    def wrapped(real: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if disk.bad():
                if real is real_write:
                    real(args[0], args[1][: len(args[1]) // 2])
                raise disk.error()
            return real(*args, **kwargs)

        return call

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if not set("wax+") & set(mode):
            return real_open(file, mode, *args, **kwargs)
        if disk.bad():
            raise disk.error()
        return File(real_open(file, mode, *args, **kwargs), disk)

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(os, name, wrapped(getattr(os, name)))
        patch.setattr(io, "open", opened)
        yield
