"""The lecture on live training: its controls, the run that is watched, what it looks like inside, earlier runs."""

from cnnviz.ui.training import earlier, examples, lower, setup, shown, watching

__all__ = ["earlier", "examples", "lower", "setup", "shown", "watching"]
