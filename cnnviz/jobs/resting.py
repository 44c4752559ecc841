"""Runs that have no process of ours: what their folders say, and which of them may go on."""

from __future__ import annotations

from cnnviz import runs
from cnnviz.jobs.commands import BadCommand
from cnnviz.jobs.entry import Standing
from cnnviz.jobs.sitting import LEFT
from cnnviz.training.config import Config

GONE = "The training process ended unexpectedly, perhaps for lack of memory; let it go on from its last checkpoint."
GOES_ON = ("stopped", "failed", "interrupted", "paused")
OVER = {
    "done": "this run is done; start another one",
    "diverged": "this run diverged; start another one with a lower learning rate",
    "queued": "another process has this run in its queue; let it go on there",
    "running": "another process trains this run; tell it there",
}


def standing(run: str) -> Standing:
    """Where a run is, by its folder: one that says it trains although nobody does was interrupted."""
    found = runs.summary(run)
    if found.recorded:
        return Standing(found.state)
    state, message = runs.standing(run)
    if state == "running" and not runs.locked(run):
        return Standing("interrupted", message=GONE)
    return Standing(state, message=message)


def owner(run: str) -> tuple[str, Config]:
    """Who started it, and with what."""
    found = runs.summary(run)
    return found.by, found.config


def continued(run: str) -> Config:
    """The config of a run that may go on; raises :class:`BadCommand` if it may not."""
    found = runs.summary(run)
    if found.recorded:
        raise BadCommand("this run comes with the program; start one of your own with its settings")
    now = standing(run)
    may_go_on("running" if runs.locked(run) else now.state)
    return found.config


def may_go_on(state: str) -> None:
    """Raise :class:`BadCommand` unless a run may go on from ``state``."""
    if state not in GOES_ON:
        raise BadCommand(OVER[state])


def is_left(run: str) -> bool:
    """Whether a process that is gone left it in the middle: it was in training, in a queue, or its server ended."""
    state, message = runs.standing(run)
    return state in {"running", "queued"} or (state == "interrupted" and message == LEFT)


def left_behind() -> list[tuple[str, str, Config]]:
    """All such runs with who started them: those in training first, each kind in the order of creation."""
    found = [each for each in reversed(runs.listed()) if not each.recorded and is_left(each.id)]
    found.sort(key=lambda each: runs.standing(each.id)[0] == "queued")
    return [(each.id, each.by, each.config) for each in found]
