"""The lecture on scores and loss: its controls and figure, what stands below, and its further sections."""

from cnnviz.ui.scoring import board, controls, counting, examples, reading, starting, stepping, training

__all__ = ["board", "controls", "counting", "examples", "reading", "starting", "stepping", "training"]
