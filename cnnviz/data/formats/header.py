"""The record that every format reader returns, and the one exception of the intake."""

from __future__ import annotations

from dataclasses import dataclass

ACCEPTED = "PNG, JPEG, WebP, GIF, BMP or AVIF"


class BadImage(ValueError):
    """A picture that is refused. The message is the one sentence to show: at most 140 characters, with what to do."""


@dataclass(frozen=True)
class Header:
    """What a reader found.

    ``format`` as Pillow names it, ``size`` (width, height) before turning, ``content`` the file without metadata,
    EXIF ``orientation`` 1..8.
    """

    format: str
    size: tuple[int, int]
    content: bytes
    orientation: int = 1


def damaged(name: str) -> BadImage:
    """The refusal of a file that breaks off or contradicts itself."""
    return BadImage(f"The {name} file is damaged or cut short: save or download it again, then choose the new file.")
