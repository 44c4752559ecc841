"""What can go wrong when something is regularized."""

from __future__ import annotations


class BadRegularization(ValueError):
    """Settings that make no sense; the message is one sentence that tells the fix."""
