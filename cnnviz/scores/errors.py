"""What can be wrong with scores."""

from __future__ import annotations


class BadScores(ValueError):
    """Scores, a label or weights that cannot be used; the message is one sentence that tells the fix."""
