"""The lecture on scores and loss: its controls and figure, what stands below, and its further sections."""

from cnnviz.ui.scoring import controls, counting, examples, reading, starting, stepping, training

__all__ = ["controls", "counting", "examples", "reading", "starting", "stepping", "training"]
