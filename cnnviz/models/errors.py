"""What can go wrong with a network: each message is one sentence that names the fix.

No torch here, so a page may catch them before it needs a network.
"""

from __future__ import annotations


class BadWeights(RuntimeError):
    """A file of weights or its card is missing, changed, or made for another network."""


class NotDownloaded(RuntimeError):
    """The weights are published but not on this machine yet; the message names their size and how to get them."""


class UnknownClass(ValueError):
    """No class, or more than one, has this name or number; the message lists near names."""


class BadNetworks(ValueError):
    """The lecturer's file of networks cannot be run, or registers none; the message says what to mend."""
