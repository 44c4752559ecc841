"""What a training tells, for a shell: an event as a line to read or as strict JSON, and a run in one line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Changed, Ended, Epoch, Event, Look, Note, Step, told


def row(event: Event, *, run: str | None = None) -> dict[str, Any]:
    """An event as strict JSON can hold it: null for what is no finite number, and of a look only its place.

    The name of the run stands where it begins; None is a run that is not kept.
    """
    if isinstance(event, Look):
        return {"event": event.event, "epoch": event.epoch, "step": event.step}
    found: dict[str, Any] = strict(told(event))
    return {**found, "run": run} if isinstance(event, Begun) else found


def strict(value: Any) -> Any:
    """``value`` with None for every number that JSON has no word for (infinite, not a number)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: strict(each) for name, each in value.items()}
    return [strict(each) for each in value] if isinstance(value, list | tuple) else value


def line(event: Event) -> str:
    """An event as a line to read; empty for those that tell nothing new."""
    if isinstance(event, Begun):
        where = f"{event.device}, {event.precision}, {counted(event.threads, 'thread')}"
        images = f"{event.training} training, {event.validation} validation, {event.test} test images"
        return f"{event.parameters:,} parameters on {where}; {images} of {len(event.classes)} classes"
    if isinstance(event, Step):
        now = f"loss {event.loss:.3f}  accuracy {event.accuracy:.3f}"
        return f"step {event.step}  epoch {event.epoch:.2f}  {now}  {event.images_per_s:.0f} images/s"
    if isinstance(event, Epoch):
        now = f"loss {event.loss:.3f}  accuracy {event.accuracy:.3f}"
        then = f"validation loss {event.val_loss:.3f}  accuracy {event.val_accuracy:.3f}"
        return f"epoch {event.epoch}  {now}  {then}  {event.images_per_s:.0f} images/s  {event.seconds:.0f} s"
    if isinstance(event, Changed):
        decay = f"weight decay {event.weight_decay:g}"
        return f"from step {event.step}: learning rate {event.lr:g}, momentum {event.momentum:g}, {decay}"
    return event.text if isinstance(event, Note) else ""


def summed(events: Sequence[Event], config: Config, *, run: str | None) -> str:
    """A run in one line: how good, after how many epochs and seconds, and its name."""
    ended = next((event for event in reversed(events) if isinstance(event, Ended)), None)
    epoch = next((event for event in reversed(events) if isinstance(event, Epoch)), None)
    parts = []
    if ended is not None and math.isfinite(ended.test_accuracy):
        parts.append(f"test accuracy {ended.test_accuracy:.4f}")
    if epoch is not None:
        parts.append(f"validation accuracy {epoch.val_accuracy:.4f} after {counted(epoch.epoch, 'epoch')}")
    if ended is not None:
        parts.append(f"{ended.seconds:.1f} s")
        parts += [ended.state] if ended.state != "done" else []
    parts += [f"run {run}"] if run else []
    return f"{config.network} on {Path(config.data).name}: {', '.join(parts)}"


def counted(count: int, noun: str) -> str:
    """``1 epoch``, ``2 epochs``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
