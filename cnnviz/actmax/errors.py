"""What a user can get wrong when climbing."""

from __future__ import annotations


class ClimbError(ValueError):
    """An objective, setting or size that cannot be climbed with. The message is one sentence that tells the fix."""


def whole(text: str, *, what: str, most: int = 9999) -> int:
    """``text`` as a whole number from 0 to ``most``; :class:`ClimbError` naming ``what`` it should have been."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 6 and int(stripped) <= most):
        raise ClimbError(f"{what} is {stripped[:20]!r}; give a whole number from 0 to {most}")
    return int(stripped)
