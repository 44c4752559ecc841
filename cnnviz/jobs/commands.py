"""What a run can be told, and when it cannot be told so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.jobs.sitting import RATES
from cnnviz.training.config import Config

DOES = ("pause", "resume", "step", "stop", "change")


class BadCommand(ValueError):
    """A command that no run knows, or that this one cannot obey now. The message is one sentence."""


def checked(command: Mapping[str, Any]) -> dict[str, Any]:
    """A command with nothing in it but what a run knows.

    Raises:
        BadCommand: anything else. BadConfig: a rate, momentum or decay out of its range.
    """
    do = command.get("do")
    if do not in DOES:
        raise BadCommand(f"a run knows no command {str(do)[:20]!r}; it knows {', '.join(DOES)}")
    if do != "change":
        return {"do": do}
    rates = {name: command[name] for name in RATES if command.get(name) is not None}
    if not all(isinstance(value, (int, float)) for value in rates.values()):
        raise BadCommand("learning rate, momentum and weight decay are numbers; give numbers")
    Config(**rates)
    return {"do": do, **{name: float(value) for name, value in rates.items()}}
