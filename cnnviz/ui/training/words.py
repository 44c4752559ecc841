"""A run in words: what it is called, where it stands, how long it still takes."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz import runs
from cnnviz.optim import RULES
from cnnviz.training.config import Config
from cnnviz.training.networks import trainable
from cnnviz.ui.components.readings import Reading, Said
from cnnviz.ui.training.following import Followed
from cnnviz.ui.training.ladders import spoken
from cnnviz.ui.training.shown import Shown

SPACE = "\N{NO-BREAK SPACE}"
NONE = "–"


def network(config: Config) -> str:
    """The network's title."""
    return next((each.title for each in trainable() if each.name == config.network), config.network)


def named(summary: runs.Summary) -> str:
    """Its label, or what sets it apart."""
    if summary.label:
        return summary.label
    config = summary.config
    return f"{network(config)}, {RULES[config.rule].title if config.rule in RULES else config.rule} {spoken(config.lr)}"


def duration(seconds: float) -> str:
    """``12 s``, ``3:05``, ``1:02:03``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{SPACE}s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def percent(share: float) -> str:
    """``73.1 %``; a dash for what is no number."""
    return f"{100 * share:.1f}{SPACE}%" if share == share else NONE  # noqa: PLR0124 (nan)


def readings(shown: Shown | None, told: Followed | None) -> Sequence[Reading]:
    """Speed, epoch, time, time left, loss and accuracy, as far as they are known."""
    step = told.steps[-1] if told is not None and told.steps else None
    last = told.epochs[-1] if told is not None and told.epochs else None
    epochs = shown.config.epochs if shown is not None else 0
    at = step.epoch if step is not None else 0.0
    seconds = max(step.seconds if step is not None else 0.0, last.seconds if last is not None else 0.0)
    left = seconds * (epochs - at) / at if at and shown is not None and shown.state in ("running", "paused") else None
    return (
        Reading("images/s", f"{told.speed:,.0f}" if told is not None and told.speed else NONE, 6),
        Reading("epoch", f"{at:.1f}{SPACE}/{SPACE}{epochs}" if epochs else NONE, 8),
        Reading("time", duration(seconds) if step is not None else NONE, 6),
        Reading("time left", duration(left) if left is not None else NONE, 6),
        Reading("loss", f"{step.loss:.3g}" if step is not None else NONE, 6),
        Reading("validation accuracy", percent(last.val_accuracy) if last is not None else NONE, 9),
    )


def said(shown: Shown | None, told: Followed | None, *, replayed: bool = False) -> Said:
    """Which run this is, where it stands (or how far it is played again), and what its curves say."""
    if shown is None:
        return Said("Nothing has been trained yet:", "press Start.")
    name = f"{named(shown.summary)}:"
    if told is None or not told.steps:
        return Said(name, standing(shown, told))
    if shown.state in ("failed", "interrupted") and shown.message:
        return Said(name, standing(shown, told), tone="bad")  # what happened matters more than what the curves say
    verdict = told.verdict()
    place = f"played again, step {told.steps[-1].step:,}." if replayed else standing(shown, told)
    return Said(name, place, verdict.sentence, verdict.tone)


def standing(shown: Shown, told: Followed | None) -> str:
    """Where a run stands, in words."""
    if shown.summary.recorded:
        return f"recorded on {shown.summary.created[:10]}; press Start to train here."
    if shown.state == "queued":
        return f"place {shown.place} in the queue." if shown.place else "it starts; the first time this takes seconds."
    if shown.active and (told is None or not told.steps):
        return "it loads the program and the images; the first time this takes seconds."
    if shown.active and told is not None:
        note = f" {told.note}" if told.note else ""
        return f"{shown.state} at step {told.steps[-1].step:,}.{note}"
    if shown.state in ("failed", "interrupted") and shown.message:
        return f"{shown.state}. {shown.message}"
    # what a run that is done or diverged has to say is said by the verdict
    return {
        "stopped": "stopped; Go on continues from its last checkpoint.",
        "diverged": "diverged; its last finite weights are kept.",
        "interrupted": "interrupted; Go on continues from its last checkpoint.",
        "failed": "failed; Go on tries again from its last checkpoint.",
    }.get(shown.state, "")


def differs(shown: Shown | None, config: Config) -> str:
    """What the controls say otherwise than the run in sight, in a few words; empty if nothing."""
    if shown is None:
        return ""
    now, then = config.told(), shown.config.told()
    return ", ".join(name.replace("_", " ") for name, value in now.items() if then[name] != value)
