"""What went wrong, in one sentence on standard error, with exit status 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any

import click


class Complaint(click.ClickException):
    """One sentence for the user."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence to standard error."""
        click.echo(f"Error: {self.message}", file=file, err=file is None)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an error that a user can cause into its sentence; let every other through with its traceback.

    Those are: the exceptions defined in this package, a ``ValueError`` raised by its code (one that escapes from a
    library's Python code is a bug), and files that can't be read or written. Also usable as a decorator,
    ``@one_sentence()``; the commands need neither, the group ``cnnviz`` has it around them all.
    """
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:
        if not _is_ours(error):
            raise
        raise Complaint(sentence(error)) from error


def sentence(error: Exception) -> str:
    """The message of ``error`` on one line."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return " ".join(text.split()) or type(error).__name__


def _is_ours(error: Exception) -> bool:
    if isinstance(error, OSError) or _inside(type(error).__module__):
        return True
    return isinstance(error, ValueError) and _inside(_origin(error.__traceback__))


def _inside(module: str) -> bool:
    return module == "cnnviz" or module.startswith("cnnviz.")


def _origin(traceback: TracebackType | None) -> str:
    """Name of the module that raised."""
    name = ""
    while traceback is not None:
        name = str(traceback.tb_frame.f_globals.get("__name__", ""))
        traceback = traceback.tb_next
    return name
