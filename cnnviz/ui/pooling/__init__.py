"""The lecture on pooling: its controls and figure, what stands below, and the shifted picture."""

from cnnviz.ui.pooling import controls, examples, reading, shifting

__all__ = ["controls", "examples", "reading", "shifting"]
