"""The menu of looks into a network that take longer than a second. Nothing here imports torch.

An inspection is a :class:`~cnnviz.training.tasks.registry.Task` like a small training: frozen settings in, events out.
Settings name the network and carry the picture as text (see :mod:`cnnviz.inspections.views`).
"""

from __future__ import annotations

from cnnviz.registry import Registry
from cnnviz.training.tasks.registry import BadSettings, Task, Words

__all__ = ["INSPECTIONS", "LOOKING", "TASKS", "BadSettings", "Task"]

LOOKING = Words("Computing", "Computed here", "This has not been computed yet.", "computed", "You stopped it.")
"""How the page speaks of an inspection."""

INSPECTIONS: Registry[Task] = Registry("inspection", "cnnviz.inspections")
TASKS = INSPECTIONS  # the name under which the worker process looks for its menu
