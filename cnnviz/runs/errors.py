"""What can go wrong with a run on disk: each message is one sentence of at most 140 characters that tells the fix."""

from __future__ import annotations

import errno


class BadRun(ValueError):
    """There is no such run, its files are changed or missing, or it cannot be had now."""


class Locked(BadRun):
    """Another process writes this run."""


class NotSaved(BadRun):
    """A checkpoint was not written; the one before it is still there and whole."""


def sentence(error: OSError, what: str) -> str:
    """Why ``what`` could not be written, in words."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"{what} could not be written: the disk is full; delete runs that nobody needs."
    return f"{what} could not be written ({error.strerror or type(error).__name__}); see whether the disk is well."[
        :140
    ]
